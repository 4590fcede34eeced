import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Store } from "../src/store/store.ts";
import { findReport } from "../src/views/catalogue.ts";
import type { RawParameters } from "../src/views/parameters.ts";
import { runReport } from "../src/views/reports.ts";
import { type GivenRows, openSqlDatabase, SQL_FOLDER, type SqlDatabase } from "./support/sql-database.ts";

interface Case {
  readonly name: string;
  readonly given: GivenRows;
  readonly parameters?: RawParameters;
  /** Every row of the report in its order, with the columns that matter. */
  readonly expected: readonly Readonly<Record<string, unknown>>[];
}

const FOLDER = join(SQL_FOLDER, "reports");
const LIMITS = { timeoutMs: 10_000, maxRows: 1000, now: new Date("2026-11-20T12:00:00Z") };
/** Reports with tests of their own in reports.test.ts. */
const TESTED_ELSEWHERE: ReadonlySet<string> = new Set([
  "agent_report",
  "iteration_performance",
  "model_report",
  "phase_report",
  "recent_runs",
  "unpriced_models",
]);
const REPORTS = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".sql"))
  .map((file) => file.slice(0, -".sql".length));
const CASES = REPORTS.flatMap((report) => casesOf(report).map((one) => [report, one.name, one] as const));

let database: SqlDatabase;
beforeAll(async () => {
  database = await openSqlDatabase();
});
afterEach(() => database.clear());
afterAll(() => database.close());

describe("rows in, report out", () => {
  test("every report has a case or tests of its own", () => {
    const without = REPORTS.filter((report) => casesOf(report).length === 0);

    expect(without.filter((report) => !TESTED_ELSEWHERE.has(report))).toEqual([]);
    expect(CASES.length).toBeGreaterThan(10);
  });

  test.each(CASES)("%s: %s", async (report, _name, { given, parameters, expected }) => {
    await database.insert(given);

    const { rows } = await runReport(
      database.store as Store,
      findReport(database.catalogue, report),
      parameters ?? {},
      LIMITS,
    );

    const seen = rows.map((row, index) =>
      Object.fromEntries(
        Object.keys(expected[index] ?? expected[0] ?? row).map((column) => [column, plain(row[column])]),
      ),
    );
    expect(seen).toEqual(expected);
  });
});

function casesOf(report: string): readonly Case[] {
  const file = join(FOLDER, `${report}.cases.json`);
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] }).cases;
}

/** Exact decimals as their text; ratios to nine digits, so that a case can state them. */
function plain(value: unknown): unknown {
  if (typeof value === "object" && value !== null && "decimal" in value) return value.decimal;
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toFixed(9)) : value;
}
