import { type DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { Column } from "./columns.ts";
import { VectorWriter } from "./vector-writer.ts";

/** Rows of a DuckDB vector: a data chunk holds at most so many. */
const CHUNK_ROWS: number = duckdb.vector_size();

/** A table as the loader writes it: every column, in the order of the table. */
export interface Table<Row> {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
}

/** Text of `create temp table` for a table of the loader's own. */
export function createTempTable<Row>(table: Table<Row>): string {
  const columns = table.columns.map((column) => `${column.name} ${column.type.toString()}`);
  return `create or replace temp table ${table.name} (${columns.join(", ")})`;
}

/**
 * Appends rows to tables through whole data chunks. One chunk per table is kept and used again, because a chunk is
 * given back only when the garbage collector gets to it.
 */
export class TableWriter {
  readonly #connection: DuckDBConnection;
  readonly #chunks = new Map<string, DuckDBDataChunk>();
  readonly #out = new VectorWriter();

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Appends within the transaction that is open on the connection; all rows are flushed when it returns. */
  async append<Row>(table: Table<Row>, rows: readonly Row[], temporary = false): Promise<void> {
    if (rows.length === 0) return;
    const appender = await (temporary
      ? this.#connection.createAppender(table.name, "main", "temp")
      : this.#connection.createAppender(table.name, "main"));
    const chunk = this.#chunkOf(table);
    try {
      if (appender.columnCount !== table.columns.length) {
        throw new Error(
          `Table ${table.name} has ${appender.columnCount} columns, ${table.columns.length} are written.`,
        );
      }
      for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
        const part = rows.slice(start, start + CHUNK_ROWS);
        chunk.reset();
        this.#out.arena.recycle();
        table.columns.forEach((column, index) => {
          column.write(this.#out, duckdb.data_chunk_get_vector(chunk.chunk, index), part);
        });
        duckdb.data_chunk_set_size(chunk.chunk, part.length);
        appender.appendDataChunk(chunk);
      }
      appender.flushSync();
    } catch (error) {
      // Rows that were not flushed would land with the next commit.
      discard(() => appender.clear());
      discard(() => appender.closeSync());
      this.#chunks.delete(table.name);
      throw error;
    }
    appender.closeSync();
  }

  #chunkOf<Row>(table: Table<Row>): DuckDBDataChunk {
    let chunk = this.#chunks.get(table.name);
    if (chunk === undefined) {
      chunk = DuckDBDataChunk.create(table.columns.map((column) => column.type));
      this.#chunks.set(table.name, chunk);
    }
    return chunk;
  }
}

/** After an error an appender repeats that error on everything; the first one is what the caller hears. */
function discard(action: () => void): void {
  try {
    action();
  } catch {
    // The first error is on its way to the caller.
  }
}
