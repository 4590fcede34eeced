import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { splitStatements } from "../src/views/sql-text.ts";
import { type GivenRows, openSqlDatabase, SQL_FOLDER, type SqlDatabase } from "./support/sql-database.ts";

interface Case {
  readonly name: string;
  readonly given: GivenRows;
  /** Every row of the view, with the columns that matter. */
  readonly expected: readonly Readonly<Record<string, unknown>>[];
}

const VIEW_NAMES = readdirSync(join(SQL_FOLDER, "views"))
  .filter((file) => file.endsWith(".sql"))
  .map((file) => file.slice(0, -".sql".length));
const CASES = VIEW_NAMES.flatMap((view) => casesOf(view).map((one) => [view, one.name, one] as const));

let database: SqlDatabase;
beforeAll(async () => {
  database = await openSqlDatabase();
});
afterEach(() => database.clear());
afterAll(() => database.close());

describe("rows in, rows out", () => {
  test.each(VIEW_NAMES)("%s has a case", (view) => {
    expect(casesOf(view).length).toBeGreaterThan(0);
  });

  test.each(CASES)("%s: %s", async (view, _name, { given, expected }) => {
    await database.insert(given);

    const rows = await database.read(`select * from ${view}`);

    const columns = Object.keys(expected[0] ?? {});
    const seen = rows.map((row) => Object.fromEntries(columns.map((column) => [column, plain(row[column])])));
    expect(sorted(seen)).toEqual(sorted(expected));
  });
});

describe("documentation", () => {
  test.each(VIEW_NAMES)("%s says what a row and each column is", async (view) => {
    const columns = await database.read(
      `select column_name, column_comment, view_comment from view_columns where view_name = '${view}' order by column_number`,
    );

    const documented = database.catalogue.views.find((candidate) => candidate.name === view)?.columns;
    expect(columns.map((column) => column["column_name"])).toEqual([...(documented ?? new Map()).keys()]);
    const isSentence = (comment: unknown): boolean => typeof comment === "string" && /^[^ ].{3,}\.$/.test(comment);
    expect(columns.filter((column) => !isSentence(column["column_comment"]))).toEqual([]);
    expect(columns[0]?.["view_comment"]).toMatch(/^One row per .+\.$/);
  });

  test.each(VIEW_NAMES)("%s reads what its header says", async (view) => {
    const file = database.catalogue.views.find((candidate) => candidate.name === view);

    const body = file?.statements[0]?.replace(/^create or replace view \w+ as/, "") ?? "";

    expect(await tablesRead(body)).toEqual(file?.reads.toSorted());
  });

  test("every report reads what its header says", async () => {
    const { reports } = database.catalogue;

    const read = await Promise.all(reports.map(async ({ name, sql }) => [name, await tablesRead(sql)]));

    expect(read).toEqual(reports.map(({ name, reads }) => [name, reads.toSorted()]));
  });
});

describe("the portable subset", () => {
  const ours = readdirSync(join(SQL_FOLDER, "duckdb", "functions")).map((file) => file.slice(0, -".sql".length));
  const allowed = new Set([
    ...ours,
    ..."count sum min max coalesce nullif cast row_number decimal".split(" "),
    ..."in over where as and or not when from join by distinct".split(" "),
  ]);
  const files = ["views", "reports"].flatMap((folder) =>
    readdirSync(join(SQL_FOLDER, folder))
      .filter((file) => file.endsWith(".sql"))
      .map((file) => join(folder, file)),
  );

  test.each(files)("%s calls only functions that every engine has", (file) => {
    const code = codeOf(file);

    const called = [...code.matchAll(/\b([a-z_][a-z0-9_]*)\s*\(/g)].map((match) => match[1] ?? "");

    expect(called.filter((name) => !allowed.has(name))).toEqual([]);
    expect(called.length).toBeGreaterThan(0);
  });

  test.each(files)("%s keeps away from what engines read differently", (file) => {
    const code = codeOf(file);

    expect(code).not.toMatch(/::|\/\/|\bqualify\b|\binterval\b|\bpivot\b|\bunnest\b|\bilike\b|\bis not distinct\b/);
    expect(code).not.toMatch(/\s[/%]\s/);
    expect(code).toBe(code.toLowerCase());
  });

  test("a function file makes the function that it is named after", async () => {
    for (const file of database.catalogue.functions) {
      expect(file.statements[0]).toMatch(new RegExp(`^create or replace (?:macro|view) ${file.name}\\b`));
    }
    expect(database.catalogue.functions.map((file) => file.name)).toEqual(ours.toSorted());
  });
});

function casesOf(view: string): readonly Case[] {
  const text = readFileSync(join(SQL_FOLDER, "views", `${view}.cases.json`), "utf8");
  return (JSON.parse(text) as { readonly cases: readonly Case[] }).cases;
}

/** The first statement of a file, without comments and the insides of quotes. */
function codeOf(file: string): string {
  const [code = ""] = splitStatements(readFileSync(join(SQL_FOLDER, file), "utf8"));
  return code.replaceAll(/--[^\n]*/g, "").replaceAll(/'[^']*'/g, "''");
}

/** Tables and views that DuckDB's own parser finds in a query, without its common table expressions. */
async function tablesRead(sql: string): Promise<readonly string[]> {
  const text = sql.replaceAll(/\$([a-z_]+)/g, "'$1'").replaceAll("'", "''");
  const rows = await database.read(`select cast(json_serialize_sql('${text}') as varchar) as tree`);
  const [{ tree: serialised } = {}] = rows;
  const tree: unknown = typeof serialised === "string" ? JSON.parse(serialised) : undefined;
  expect(tree).toMatchObject({ error: false });
  const found = new Set<string>();
  const own = new Set<string>();
  walk(tree, (node) => {
    if (node["type"] === "BASE_TABLE") found.add(String(node["table_name"]));
    const ctes = node["cte_map"] as { readonly map: readonly { readonly key: string }[] } | undefined;
    for (const cte of ctes?.map ?? []) own.add(cte.key);
  });
  return [...found].filter((name) => !own.has(name)).sort();
}

function walk(node: unknown, visit: (node: Readonly<Record<string, unknown>>) => void): void {
  if (typeof node !== "object" || node === null) return;
  if (!Array.isArray(node)) visit(node as Readonly<Record<string, unknown>>);
  for (const member of Object.values(node)) walk(member, visit);
}

function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null && "decimal" in value ? value.decimal : value;
}

function sorted<T>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}
