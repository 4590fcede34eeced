import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AnyValue, KeyValues } from "../../decode/otlp.ts";
import { type Table, TableWriter, createTempTable } from "./appending.ts";
import { attributeMaps } from "./attribute-columns.ts";
import { int64, optionalText, text, textList, timestamp, uniqueText } from "./columns.ts";

interface Row {
  readonly id: string;
  readonly text: string | undefined;
  readonly whole: bigint | number | undefined;
  readonly nanos: bigint;
  readonly list: readonly string[];
  readonly attributes: KeyValues;
}

const TABLE: Table<Row> = {
  name: "written",
  columns: [
    uniqueText("id", (row) => row.id),
    text("text", (row) => row.text),
    optionalText("given", (row) => row.text),
    int64("whole", (row) => row.whole),
    timestamp("happened_at", (row) => row.nanos),
    textList("list", (row) => row.list),
    ...attributeMaps<Row>((row) => row.attributes),
  ],
};

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

async function write(writer: TableWriter, rows: readonly Row[]): Promise<void> {
  await connection.run(createTempTable(TABLE));
  await writer.append(TABLE, rows, true);
}

async function read(sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await connection.runAndReadAll(sql)).getRowsJson();
}

function row(id: string, parts: Partial<Row> = {}): Row {
  return { id, text: undefined, whole: undefined, nanos: 0n, list: [], attributes: new Map(), ...parts };
}

test("times and whole numbers keep every digit", async () => {
  const max = 2n ** 64n - 1n;
  await write(new TableWriter(connection), [
    row("a", { whole: -(2n ** 63n), nanos: max }),
    row("b", { whole: -1, nanos: 1_793_491_200_123_456_789n }),
    row("c", { whole: 2 ** 53 - 1, nanos: 999n }),
    row("d", { whole: Number.NaN, nanos: 4_294_967_296_000n }),
  ]);
  expect(await read("select id, whole, epoch_us(happened_at) from written order by id")).toEqual([
    ["a", "-9223372036854775808", String(max / 1000n)],
    ["b", "-1", "1793491200123456"],
    ["c", "9007199254740991", "0"],
    ["d", null, "4294967296"],
  ]);
});

test("texts stay what they are when so many come that the memory of them starts anew", async () => {
  const writer = new TableWriter(connection);
  const kinds = ["", "twelve chars", "thirteen char", "日本語日本", "é", "a\u0000b", "y".repeat(4000), "😀".repeat(60)];
  const rows = Array.from({ length: 60_000 }, (_, at) => {
    const kind = kinds[at % kinds.length] ?? "";
    const value = at % 5 === 0 ? kind : `${kind} number ${at}`;
    return row(`row ${at} of the table`, {
      text: at % 7 === 0 ? undefined : value,
      list: at % 3 === 0 ? [] : [value, "x"],
    });
  });
  await write(writer, rows);
  const stored = await read("select id, text, given, list from written");
  expect(stored.length).toBe(rows.length);
  for (const [at, { id, text: value, list }] of rows.entries()) {
    if (JSON.stringify(stored[at]) === JSON.stringify([id, value ?? null, value || null, list])) continue;
    expect(stored[at]).toEqual([id, value ?? null, value || null, list]);
  }
});

test("every attribute goes to the map of its type, and what has no plain type becomes OTLP/JSON text", async () => {
  const attributes = new Map<string, AnyValue>([
    ["text", "a"],
    ["int", 7n],
    ["too large", 2n ** 63n],
    ["whole double", 7],
    ["bool", false],
    ["list", [1n]],
    ["nan", Number.NaN],
  ]);
  await write(new TableWriter(connection), [
    row("a"),
    row("b", { attributes }),
    row("c", { attributes: new Map([["z", "z"]]) }),
  ]);
  const maps = "attributes_text, attributes_int, attributes_double, attributes_bool, attributes_json";
  const map = (...entries: readonly (readonly [string, unknown])[]) => entries.map(([key, value]) => ({ key, value }));
  expect(await read(`select ${maps} from written order by id`)).toEqual([
    [[], [], [], [], []],
    [
      map(["text", "a"]),
      map(["int", "7"]),
      map(["whole double", 7]),
      map(["bool", false]),
      map(
        ["too large", '{"intValue":"9223372036854775808"}'],
        ["list", '{"arrayValue":{"values":[{"intValue":"1"}]}}'],
        ["nan", '{"doubleValue":"NaN"}'],
      ),
    ],
    [map(["z", "z"]), [], [], [], []],
  ]);
});

test("two keys that are one when written as UTF-8 become one entry, and half a surrogate pair becomes U+FFFD", async () => {
  const attributes = new Map([
    ["whole", "w\ud800"],
    ["k\ud800", "first"],
    ["k\ud801", "second"],
  ]);
  await write(new TableWriter(connection), [row("a", { attributes }), row("b", { attributes, text: "t\udc00" })]);
  const entries = [
    { key: "whole", value: "w\ufffd" },
    { key: "k\ufffd", value: "first" },
  ];
  expect(await read("select text, attributes_text from written order by id")).toEqual([
    [null, entries],
    ["t\ufffd", entries],
  ]);
});
