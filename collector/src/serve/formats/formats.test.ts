import { expect, test } from "vitest";
import type { Table } from "@phasewise/api";
import { Decimal } from "../../store/store.ts";
import { chooseFormat } from "./formats.ts";
import { toCsv } from "./csv.ts";
import { toMarkdown } from "./markdown.ts";
import { toNdjson } from "./ndjson.ts";

const column = (name: string): Table["columns"][number] => ({ name, type: "VARCHAR", unit: null, comment: null });
const TABLE: Table = {
  report: "sql",
  parameters: {},
  columns: [column("name"), column("cost_usd"), column("list")],
  rows: [
    { name: 'a "b", c', cost_usd: new Decimal("-0.5"), list: ["x", 1n] },
    { name: "=cmd|'/c calc'!A1", cost_usd: null, list: null },
    { name: "two\nlines | <b>", cost_usd: -3, list: [] },
  ],
  truncated: false,
};

test("CSV follows RFC 4180 and runs nothing in a spreadsheet", () => {
  expect(toCsv(TABLE)).toBe(
    'name,cost_usd,list\r\n"a ""b"", c",-0.5,"[""x"",1]"\r\n\'=cmd|\'/c calc\'!A1,,\r\n"two\nlines | <b>",-3,[]\r\n',
  );
});

test.each(["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])("CSV defuses text that starts like %j", (text) => {
  const csv = toCsv({ ...TABLE, columns: [column("name")], rows: [{ name: text }] });

  expect(csv.split("\r\n").slice(1).join("\r\n").replace(/^"/, "")).toMatch(/^'/);
});

test("no cell breaks out of a Markdown table", () => {
  expect(toMarkdown(TABLE)).toBe(
    [
      "| name | cost\\_usd | list |",
      "| --- | ---: | --- |",
      '| a "b", c | -0.5 | \\["x",1\\] |',
      "| =cmd\\|'/c calc'!A1 |  |  |",
      "| two<br>lines \\| &lt;b> | -3 | \\[\\] |",
      "",
    ].join("\n"),
  );
});

test("NDJSON is one object a line", () => {
  expect(toNdjson(TABLE).split("\n")[0]).toBe('{"name":"a \\"b\\", c","cost_usd":-0.5,"list":["x",1]}');
  expect(toNdjson(TABLE).match(/\n/g)).toHaveLength(3);
});

test("the format parameter wins over the Accept header, and JSON is the default", () => {
  expect(chooseFormat("csv", "text/markdown").id).toBe("csv");
  expect(chooseFormat(undefined, "text/html, text/markdown;q=0.9").id).toBe("markdown");
  expect(chooseFormat(undefined, "*/*").id).toBe("json");
  expect(() => chooseFormat("xlsx", undefined)).toThrow(/expected one of json, csv, markdown, ndjson; got "xlsx"/);
});
