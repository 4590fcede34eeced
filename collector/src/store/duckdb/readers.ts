import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from "@duckdb/node-api";
import { PhasewiseError, isPhasewiseError } from "../../errors.ts";
import type { QueryOptions, QueryResult, Value } from "../store.ts";
import { prepareForeign } from "./gate.ts";
import { Limiter } from "./limiter.ts";
import { bindParameters, toValue } from "./values.ts";

/** Each running query holds a thread of Node's pool, so few may run at once; the others wait. */
const MAX_RUNNING = 3;
const MAX_WAITING = 64;
/** A flag to stop is dropped when no query runs at that moment, so it is raised until the query is over. */
const INTERRUPT_EVERY_MS = 20;
/** Some functions never look at that flag: a query that goes on for this long after its time cannot be stopped. */
const STUCK_AFTER_MS = 5000;
/** Characters of a stuck statement that are told. */
const HEAD_LENGTH = 200;

/** Runs queries beside the writer, each on a connection that no other query uses meanwhile. */
export class Readers {
  readonly #instance: DuckDBInstance;
  readonly #idle: DuckDBConnection[] = [];
  readonly #limiter = new Limiter(MAX_RUNNING, MAX_WAITING);
  readonly #onStuck: (sqlHead: string) => void;
  #closed = false;

  /** `onStuck` is called once for a query that does not end although it was interrupted. */
  constructor(instance: DuckDBInstance, onStuck: (sqlHead: string) => void) {
    this.#instance = instance;
    this.#onStuck = onStuck;
  }

  /** Text of our own. */
  async query(sql: string, options: QueryOptions): Promise<QueryResult> {
    return await this.#run(sql, options, true, async (connection, deadline) => {
      const statement = await connection.prepare(sql);
      return await fetchRows(statement, options, deadline);
    });
  }

  /** Foreign text, in a read-only transaction on a connection of its own. */
  async queryForeign(sql: string, options: QueryOptions): Promise<QueryResult> {
    return await this.#run(sql, options, false, async (connection, deadline) => {
      await connection.run("begin transaction read only");
      const statement = await prepareForeign(connection, sql, options.parameters ?? {});
      return await fetchRows(statement, options, deadline);
    });
  }

  /** Refuses new queries and those that wait, and resolves when the running ones are over. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#limiter.drain(closing());
    for (const connection of this.#idle.splice(0)) connection.closeSync();
  }

  async #run(
    sql: string,
    options: QueryOptions,
    pooled: boolean,
    work: (connection: DuckDBConnection, deadline: Deadline) => Promise<QueryResult>,
  ): Promise<QueryResult> {
    if (this.#closed) throw closing();
    const deadline = new Deadline(options.timeoutMs);
    try {
      await this.#limiter.enter((giveUp) => deadline.onPass(() => giveUp(deadline.error())), tooMany);
      try {
        return await this.#runNow(sql, deadline, pooled, work);
      } finally {
        this.#limiter.leave();
      }
    } catch (error) {
      if (deadline.passed) throw deadline.error(error);
      if (isPhasewiseError(error)) throw error;
      throw new PhasewiseError("SQL_FAILED", error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      deadline.clear();
    }
  }

  async #runNow(
    sql: string,
    deadline: Deadline,
    pooled: boolean,
    work: (connection: DuckDBConnection, deadline: Deadline) => Promise<QueryResult>,
  ): Promise<QueryResult> {
    const connection = (pooled ? this.#idle.pop() : undefined) ?? (await this.#instance.connect());
    let stuck: NodeJS.Timeout | undefined;
    deadline.onPass(() => {
      connection.interrupt();
      stuck ??= setTimeout(() => this.#onStuck(sql.slice(0, HEAD_LENGTH)), STUCK_AFTER_MS);
    });
    let reusable = false;
    try {
      const result = await work(connection, deadline);
      // A connection whose result was not read to its end would hold its snapshot of the data open.
      reusable = pooled && !result.truncated && !deadline.passed && !this.#closed;
      return result;
    } finally {
      deadline.clear();
      clearTimeout(stuck);
      if (reusable) this.#idle.push(connection);
      else connection.closeSync();
    }
  }
}

/** The time that a query has, waiting included. */
class Deadline {
  passed = false;
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout;
  #action: (() => void) | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#timer = setTimeout(() => this.#pass(), timeoutMs);
  }

  /** What to do when the time is over; replaces what was said before. */
  onPass(action: () => void): void {
    this.#action = action;
    if (this.passed) action();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#action = undefined;
  }

  error(cause?: unknown): PhasewiseError {
    return new PhasewiseError(
      "QUERY_TIMEOUT",
      `The query ran longer than ${this.#timeoutMs} ms. Narrow its time window, or allow it more time.`,
      { cause },
    );
  }

  #pass(): void {
    this.passed = true;
    this.#action?.();
    this.#timer = setTimeout(() => this.#pass(), INTERRUPT_EVERY_MS);
  }
}

function tooMany(): PhasewiseError {
  return new PhasewiseError("STORE_UNAVAILABLE", `${MAX_WAITING} queries are waiting already; try again in a moment.`);
}

function closing(): PhasewiseError {
  return new PhasewiseError("STORE_UNAVAILABLE", "The store is closing.");
}

async function fetchRows(
  statement: DuckDBPreparedStatement,
  options: QueryOptions,
  deadline: Deadline,
): Promise<QueryResult> {
  try {
    bindParameters(statement, options.parameters ?? {});
    const result = await statement.stream();
    const columns = result.columnNames().map((name, index) => {
      const type = result.columnType(index);
      return { name, type: type.alias ?? type.toString() };
    });
    const rows: Value[][] = [];
    let truncated = false;
    while (!truncated) {
      if (deadline.passed) throw deadline.error();
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      for (const row of chunk.getRows()) {
        if (rows.length >= options.maxRows) {
          truncated = true;
          break;
        }
        rows.push(row.map(toValue));
      }
    }
    return { columns, rows, truncated };
  } finally {
    statement.destroySync();
  }
}
