import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findReport, readCatalogue } from "./catalogue.ts";
import { viewStatements } from "./statements.ts";

const VIEW = `-- One row per thing.
-- grain: thing
-- reads: things
create or replace view v as select a from things;

comment on view v is 'One row per thing; it''s one.';

comment on column v.a is 'What it is.';
`;
const REPORT = `-- What things there are.
-- More of it.
-- title: Things
-- grain: thing
-- reads: v
-- parameter: since timestamp default 7d: Start of the window: a time.
-- columns: v
-- column: n: How many.
select a, 1 as n from v where at >= $since;
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "phasewise-sql-"));
  await put("duckdb/migrations/0001_things.sql", "create table things (\n  a varchar\n);\n");
  await put("duckdb/functions/one.sql", "-- One.\ncreate or replace macro one() as 1;\n");
  await put("views/v.sql", VIEW);
  await put("reports/r.sql", REPORT);
});
afterEach(() => rm(folder, { recursive: true }));

test("functions, views and reports are read with what their headers say", async () => {
  const catalogue = await readCatalogue(folder, "duckdb");

  expect(viewStatements(catalogue)).toEqual([
    "create or replace macro one() as 1",
    "create or replace view v as select a from things",
    "comment on view v is 'One row per thing; it''s one.'",
    "comment on column v.a is 'What it is.'",
  ]);
  expect(catalogue.views[0]).toMatchObject({
    comment: "One row per thing; it's one.",
    grain: "thing",
    reads: ["things"],
  });
  const report = findReport(catalogue, "r");
  expect(report).toMatchObject({ title: "Things", comment: "What things there are. More of it.", reads: ["v"] });
  expect(report.parameters).toEqual([
    { name: "since", type: "timestamp", default: "7d", comment: "Start of the window: a time." },
  ]);
  expect(Object.fromEntries(report.columns)).toEqual({ a: "What it is.", n: "How many." });
});

test("a report that does not exist is refused with those that do", async () => {
  const catalogue = await readCatalogue(folder, "duckdb");

  expect(() => findReport(catalogue, "../views/v")).toThrow(
    expect.objectContaining({ code: "REPORT_UNKNOWN", message: 'Expected one of r; got "../views/v".' }),
  );
});

test.each([
  ["views/w.sql", VIEW, /views\/w.sql: expected "create or replace view w as"/],
  ["views/v.sql", VIEW.replace("-- grain: thing\n", ""), /views\/v.sql: expected one line "-- grain: ...", found 0/],
  ["views/v.sql", VIEW.replace("reads: things", "reads: thongs"), /views\/v.sql reads thongs/],
  ["views/v.sql", VIEW.replace("comment on view v", "comment on view u"), /views\/v.sql: expected only comments on v/],
  ["views/v.sql", VIEW.replace(/comment on view.*\n/, ""), /expected "comment on view v is/],
  ["reports/r.sql", REPORT.replace("$since", "$until"), /reports\/r.sql: \$until is used/],
  [
    "reports/r.sql",
    REPORT.replace("timestamp default", "datetime default"),
    /reports\/r.sql: expected "-- parameter: name/,
  ],
  ["reports/r.sql", REPORT.replace("reads: v", "reads: x"), /reports\/r.sql reads x/],
  ["reports/r.sql", REPORT.replace("columns: v", "columns: x"), /"-- columns: x" names no view/],
  ["reports/r.sql", `${REPORT}select 2;`, /reports\/r.sql: expected one statement, found 2/],
  [
    "reports/r.sql",
    REPORT.replace("-- columns", "-- parameter: since text default none: Twice.\n-- columns"),
    /declared twice/,
  ],
])("%s that breaks a rule is refused with the rule", async (file, text, message) => {
  await put(file, text);

  await expect(readCatalogue(folder, "duckdb")).rejects.toMatchObject({
    code: "VIEW_INVALID",
    message: expect.stringMatching(message),
  });
});

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}
