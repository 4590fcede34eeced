/** A database with many spans in little time: one story goes through the collector's own loading, SQL multiplies it. */
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { loadCycle } from "../floors/load-cycle.ts";
import { hexOf, wordOf } from "../traffic/template.ts";
import { createTraffic, PLAIN_TRAFFIC } from "../traffic/traffic.ts";

/** What was made. */
export interface Grown {
  readonly spans: number;
  readonly copies: number;
  /** Trace ids begin with one of these, oldest first. */
  readonly words: readonly string[];
}

const DAY_MS = 86_400_000;
const STORY_SPANS = 65_536;
const SERIES = 11;
const TABLES = ["spans", "span_events", "span_links", "logs", "metric_points", "call_ledger", "call_evidence"];
/** Ids that are hashes, in which no word stands. */
const HASHES: ReadonlySet<string> = new Set(["log_id", "point_id"]);

/** Fills the database of a new data folder with about so many spans over so many days up to now, in order of time. */
export async function growDatabase(dataFolder: string, spans: number, days: number): Promise<Grown> {
  const perStory = Math.min(spans, STORY_SPANS);
  const copies = Math.max(1, Math.round(spans / perStory));
  const sliceMs = Math.floor((days * DAY_MS) / copies);
  const beginUnixMs = Date.now() - days * DAY_MS;
  const traffic = createTraffic({ ...PLAIN_TRAFFIC, mix: true, spansPerCycle: perStory, spreadMs: sliceMs });
  const file = join(dataFolder, "phasewise.duckdb");
  await loadCycle(file, traffic, { word: wordOf(SERIES, 0, 0), beginUnixNano: BigInt(beginUnixMs) * 1_000_000n });
  const words = Array.from({ length: copies }, (_, copy) => hexOf(wordOf(SERIES, 0, copy)));
  await multiply(file, words, sliceMs);
  return { spans: traffic.story.spans.length * copies, copies, words };
}

async function multiply(file: string, words: readonly string[], sliceMs: number): Promise<void> {
  const instance = await DuckDBInstance.create(file, { checkpoint_threshold: "512MB", memory_limit: "4GB" });
  const connection = await instance.connect();
  try {
    const selects = new Map<string, (copy: number) => string>();
    for (const table of TABLES) {
      await connection.run(`create temp table seed_${table} as select * from ${table}`);
      selects.set(table, await selectOf(connection, table, words, sliceMs));
    }
    for (let copy = 1; copy < words.length; copy++) {
      await connection.run("begin transaction");
      for (const [table, select] of selects) await connection.run(`insert into ${table} ${select(copy)}`);
      await connection.run("commit");
    }
    await connection.run("checkpoint");
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The copy of a table's rows, later by so many slices and under another word. Attributes stay as they are. */
async function selectOf(
  connection: DuckDBConnection,
  table: string,
  words: readonly string[],
  sliceMs: number,
): Promise<(copy: number) => string> {
  const reader = await connection.runAndReadAll(
    `select column_name, data_type from duckdb_columns() where table_name = '${table}' and not internal order by column_index`,
  );
  const columns = reader.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  return (copy) => {
    const expressions = columns.map(({ name, type }) => {
      if (HASHES.has(name)) return `md5("${name}" || '${copy}')`;
      if (type === "VARCHAR") return `replace("${name}", '${words[0]}', '${words[copy]}')`;
      if (type === "TIMESTAMP") return `"${name}" + to_milliseconds(${copy * sliceMs})`;
      if (type === "UBIGINT" && name.endsWith("unix_nano")) return `"${name}" + ${BigInt(copy * sliceMs) * 1_000_000n}`;
      return `"${name}"`;
    });
    return `select ${expressions.join(", ")} from temp.seed_${table}`;
  };
}
