import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mergeBatches, normalise } from "../src/normalise/normalise.ts";
import { settle } from "../src/normalise/settle/settle.ts";
import { openDuckDbStore } from "../src/store/duckdb/open.ts";
import type { Store, Value } from "../src/store/store.ts";
import { type Catalogue, findReport, readCatalogue } from "../src/views/catalogue.ts";
import { runReport } from "../src/views/reports.ts";
import { viewStatements } from "../src/views/statements.ts";
import {
  below,
  type ExportItem,
  type Random,
  randomExports,
  randomOf,
  requestOf,
  shuffled,
} from "./support/random-exports.ts";
import { SQL_FOLDER } from "./support/sql-database.ts";

/** Rounds are worlds times ways in which their exports arrive. */
const WORLDS = 6;
const WAYS = 5;
const RECEIVED = 1_795_200_000_000_000_000n;
const LIMITS = { timeoutMs: 20_000, maxRows: 10_000, now: new Date("2026-11-20T20:00:00Z") };
/** What every report is made of. */
const TABLES = ["call_ledger", "call_evidence", "metric_points", "spans", "logs"];
/** Asked after the last way of each world: they are slow to ask, and see nothing but the tables. */
const REPORTS = [
  "phase_report",
  "agent_report",
  "model_report",
  "reconciliation",
  "reconciliation_calls",
  "double_count_risk",
  "cache_economics",
  "metrics_only_usage",
  "data_quality",
  "tool_report",
  "unpriced_models",
  "iteration_performance",
  "recent_runs",
];

const SIDES = ["left_layer", "right_layer"];
/** Every layer that has to have met another one, or the rounds have shown less than they claim. */
const LAYERS = [
  "anthropic_sdk (span)",
  "claude_code (log)",
  "claude_code (span)",
  "claude_platform (span)",
  "computed",
  "counted",
  "metrics (claude_code)",
  "openinference (span)",
  "reported",
];

let folder = "";
let catalogue: Catalogue;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phasewise-any-order-"));
  catalogue = await readCatalogue(SQL_FOLDER, "duckdb");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("however exports are ordered, repeated, split and delayed, the calls and the reports are the same", async () => {
  const layers = new Set<Value | undefined>();
  let disagreements = 0;
  for (let world = 1; world <= WORLDS; world += 1) {
    const random = randomOf(world);
    const items = randomExports(random);
    const expected = await contentsAfter([items], `${world}-in-order`, REPORTS);
    for (let way = 1; way <= WAYS; way += 1) {
      const reports = way === WAYS ? REPORTS : [];
      const seen = await contentsAfter(anyWay(random, items), `${world}-way-${way}`, reports);

      const same = Object.fromEntries(Object.keys(seen).map((name) => [name, expected[name]]));
      expect([world, way, seen]).toEqual([world, way, same]);
    }
    for (const row of expected["reconciliation"] ?? []) for (const side of SIDES) layers.add(row[side]);
    disagreements += expected["reconciliation_calls"]?.length ?? 0;
    expect(expected["call_ledger"]?.length).toBeGreaterThan(4);
  }
  expect(layers).toEqual(new Set(LAYERS));
  expect(disagreements).toBeGreaterThan(WORLDS);
}, 300_000);

/** Loads of the items in any order, a third of them delivered again, now or later. */
function anyWay(random: Random, items: readonly ExportItem[]): readonly (readonly ExportItem[])[] {
  const again = items.filter(() => random() < 0.3);
  const loads: ExportItem[][] = Array.from({ length: 1 + below(random, 5) }, () => []);
  for (const item of shuffled(random, [...items, ...again])) loads[below(random, loads.length)]?.push(item);
  return loads;
}

type Contents = Readonly<Record<string, readonly Readonly<Record<string, Value>>[]>>;

/** What a new store holds after these loads, opened anew in the middle of them; each item comes in a request of its own. */
async function contentsAfter(
  loads: readonly (readonly ExportItem[])[],
  name: string,
  reports: readonly string[],
): Promise<Contents> {
  const open = async (): Promise<Store> =>
    await openDuckDbStore({ file: join(folder, `${name}.duckdb`), sqlFolder: SQL_FOLDER, memoryLimit: "300MB" });
  let store = await open();
  try {
    for (const [index, items] of loads.entries()) {
      if (index > 0 && index === loads.length >> 1) {
        await store.close();
        store = await open();
      }
      const batches = items.map((item) => normalise(requestOf([item]), RECEIVED));
      await store.load(mergeBatches(batches), BigInt(index + 1), settle);
    }
    const contents: Record<string, Contents[string]> = {};
    for (const table of TABLES) {
      const { columns, rows } = await store.query(`select * from ${table} order by all`, LIMITS);
      contents[table] = rows.map((row) =>
        Object.fromEntries(columns.map((column, at) => [column.name, row[at] ?? null])),
      );
    }
    if (reports.length > 0) await store.applyViews(viewStatements(catalogue));
    for (const report of reports) {
      const { rows } = await runReport(store, findReport(catalogue, report), {}, LIMITS);
      contents[report] = rows as Contents[string];
    }
    return contents;
  } finally {
    await store.close();
  }
}
