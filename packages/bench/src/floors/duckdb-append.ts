/** The floor of storing: whole chunks of rows of the table `spans`, made beforehand, appended to a DuckDB file. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import { wordOf } from "../traffic/template.ts";
import type { Traffic } from "../traffic/traffic.ts";
import { loadCycle } from "./load-cycle.ts";

/** What appending alone reaches. */
export interface AppendFloor {
  readonly rowsPerSecond: number;
  readonly cpuUsPerRow: number;
}

const ROWS_BETWEEN_CHECKPOINTS = 491_520;
const ROWS_PER_TRANSACTION = 32_768;

/** Appends the spans of one cycle again and again for a time, in large transactions and with checkpoints. */
export async function measureAppend(folder: string, traffic: Traffic, seconds: number): Promise<AppendFloor> {
  const file = join(folder, "append-floor.duckdb");
  await loadCycle(file, traffic, { word: wordOf(1, 1, 1), beginUnixNano: BigInt(Date.now()) * 1_000_000n });
  const instance = await DuckDBInstance.create(file, { checkpoint_threshold: "1TB", memory_limit: "2GB" });
  const connection = await instance.connect();
  try {
    await connection.run("create table appended as select * from spans limit 0");
    const chunks = await (await connection.run("select * from spans")).fetchAllChunks();
    const cpu = process.cpuUsage();
    const started = performance.now();
    let appended = 0;
    let sinceCheckpoint = 0;
    while (performance.now() - started < seconds * 1000) {
      const rows = await appendTransaction(connection, chunks);
      appended += rows;
      sinceCheckpoint += rows;
      if (sinceCheckpoint < ROWS_BETWEEN_CHECKPOINTS) continue;
      await connection.run("checkpoint");
      sinceCheckpoint = 0;
    }
    await connection.run("checkpoint");
    const used = process.cpuUsage(cpu);
    const wallMs = performance.now() - started;
    return { rowsPerSecond: (appended * 1000) / wallMs, cpuUsPerRow: (used.user + used.system) / appended };
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(file, { force: true });
  }
}

async function appendTransaction(connection: DuckDBConnection, chunks: readonly DuckDBDataChunk[]): Promise<number> {
  await connection.run("begin transaction");
  const appender = await connection.createAppender("appended");
  let rows = 0;
  while (rows < ROWS_PER_TRANSACTION) {
    for (const chunk of chunks) {
      appender.appendDataChunk(chunk);
      rows += chunk.rowCount;
    }
  }
  appender.flushSync();
  appender.closeSync();
  await connection.run("commit");
  return rows;
}
