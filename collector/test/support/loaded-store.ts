/** Exports through the whole of the pipeline but the network: decoded, normalised, settled, in a real store with its views. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Table } from "@phasewise/api";
import { decode } from "../../src/decode/decode.ts";
import type { Encoding } from "../../src/decode/otlp.ts";
import { encodeProtobuf } from "../../src/decode/test-support/proto.ts";
import { mergeBatches, normalise } from "../../src/normalise/normalise.ts";
import { settle } from "../../src/normalise/settle/settle.ts";
import { openDuckDbStore } from "../../src/store/duckdb/open.ts";
import type { Value } from "../../src/store/store.ts";
import { findReport, readCatalogue } from "../../src/views/catalogue.ts";
import type { RawParameters } from "../../src/views/parameters.ts";
import { runReport } from "../../src/views/reports.ts";
import { viewStatements } from "../../src/views/statements.ts";
import type { Export } from "./settled-telemetry.ts";
import { SQL_FOLDER } from "./sql-database.ts";

/** One row by its columns. */
export type Row = Readonly<Record<string, Value>>;

/** What a test asks a loaded store. */
export interface LoadedStore {
  read(sql: string): Promise<readonly Row[]>;
  report(name: string, parameters?: RawParameters): Promise<Table["rows"]>;
}

const LIMITS = { timeoutMs: 20_000, maxRows: 10_000, now: new Date("2026-11-20T20:00:00Z") };
const RECEIVED = 1_795_200_000_000_000_000n;

/** Gives `ask` a new store that has loaded these exports, each as a request of its own, in a transaction of its own. */
export async function withLoaded<Answer>(
  exports: readonly Export[],
  encoding: Encoding,
  ask: (store: LoadedStore) => Promise<Answer>,
): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), "phasewise-loaded-"));
  const catalogue = await readCatalogue(SQL_FOLDER, "duckdb");
  const store = await openDuckDbStore({
    file: join(folder, "store.duckdb"),
    sqlFolder: SQL_FOLDER,
    memoryLimit: "300MB",
  });
  try {
    for (const [index, one] of exports.entries()) {
      const request = decode(one.signal, encoding, bodyOf(one, encoding));
      if (request.rejected > 0) throw new Error(request.reasons.join("; "));
      await store.load(mergeBatches([normalise(request, RECEIVED)]), BigInt(index + 1), settle);
    }
    await store.applyViews(viewStatements(catalogue));
    return await ask({
      async read(sql) {
        const { columns, rows } = await store.query(sql, LIMITS);
        return rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])));
      },
      async report(name, parameters = {}) {
        const { rows } = await runReport(store, findReport(catalogue, name), parameters, LIMITS);
        return rows;
      },
    });
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function bodyOf({ signal, body }: Export, encoding: Encoding): Uint8Array {
  return encoding === "protobuf" ? encodeProtobuf(signal, body) : Buffer.from(JSON.stringify(body));
}
