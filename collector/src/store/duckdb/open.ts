import { stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { PhasewiseError } from "../../errors.ts";
import type { Sequence } from "../../journal/entry.ts";
import { readMigrations } from "../migrate.ts";
import type { LoadResult, Store } from "../store.ts";
import { Loader } from "./load.ts";
import { LoaderMemory } from "./memory.ts";
import { type DuckDbOptions, type OpenDatabase, inTransaction, openDatabase } from "./instance.ts";
import { Readers } from "./readers.ts";
import { repriceCalls } from "./reprice.ts";

/** Rows between two checkpoints: four full row groups, so that each checkpoint writes whole ones. */
const CHECKPOINT_ROWS = 491_520;
/** Or as soon as the write-ahead log is this long, so that a start after a crash stays short. */
const CHECKPOINT_WAL_BYTES = 256 * 1024 * 1024;
/** A checkpoint needs free space for what it rewrites, and some to spare. */
const SPARE_BYTES = 64 * 1024 * 1024;

/** Opens the store that keeps everything in one DuckDB file. */
export async function openDuckDbStore(options: DuckDbOptions): Promise<Store> {
  const migrations = await readMigrations(join(options.sqlFolder, "duckdb", "migrations"));
  const database = await openDatabase(options, migrations);
  try {
    const memory = new LoaderMemory();
    await memory.readOrigins(database.writer);
    const loader = new Loader(database.writer, memory);
    const store = new DuckDbStore(options, database, loader, memory, await loader.readPosition());
    return store;
  } catch (error) {
    database.close();
    throw error;
  }
}

class DuckDbStore implements Store {
  readonly engine = "duckdb";
  readonly capabilities = { excused: {} };
  readonly #options: DuckDbOptions;
  readonly #database: OpenDatabase;
  readonly #loader: Loader;
  readonly #memory: LoaderMemory;
  readonly #readers: Readers;
  readonly #learning: Promise<void>;
  #loadedUpTo: Sequence;
  #rowsSinceCheckpoint = 0;
  /** Everything that uses the writer's connection goes through here, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(
    options: DuckDbOptions,
    database: OpenDatabase,
    loader: Loader,
    memory: LoaderMemory,
    loadedUpTo: Sequence,
  ) {
    this.#options = options;
    this.#database = database;
    this.#loader = loader;
    this.#memory = memory;
    this.#readers = new Readers(database.instance, options.onStuck ?? (() => undefined));
    this.#loadedUpTo = loadedUpTo;
    this.#learning = this.#learn(memory);
  }

  loadedUpTo(): Sequence {
    return this.#loadedUpTo;
  }

  async load(...[batch, upTo, settle]: Parameters<Store["load"]>): Promise<LoadResult> {
    const result = await this.#inTurn(async () => {
      if (upTo <= this.#loadedUpTo) return { spans: 0, logs: 0, metricPoints: 0, duplicates: 0 };
      try {
        const loaded = await this.#loader.load(batch, upTo, settle);
        this.#loadedUpTo = upTo;
        return loaded;
      } catch (error) {
        // Only the database knows whether a commit that failed is in.
        this.#loadedUpTo = await this.#loader.readPosition();
        throw error;
      }
    });
    this.#rowsSinceCheckpoint += result.spans + result.logs + result.metricPoints;
    // Not awaited: the batch is in, and the next load waits its turn.
    this.#inTurn(() => this.#checkpointIfDue()).catch(() => undefined);
    return result;
  }

  reprice(...args: Parameters<Store["reprice"]>): ReturnType<Store["reprice"]> {
    const { writer } = this.#database;
    const forget = (): void => this.#memory.forgetAll();
    return repriceCalls({ writer, inTurn: (work) => this.#inTurn(work), forget }, ...args);
  }

  query(...args: Parameters<Store["query"]>): ReturnType<Store["query"]> {
    return this.#readers.query(...args);
  }

  queryForeign(...args: Parameters<Store["queryForeign"]>): ReturnType<Store["queryForeign"]> {
    return this.#readers.queryForeign(...args);
  }

  async applyViews(statements: readonly string[]): Promise<void> {
    await this.#inTurn(async () => {
      const { writer } = this.#database;
      await inTransaction(writer, async () => {
        for (const statement of statements) {
          await writer.run(statement).catch((error: unknown) => {
            const [firstLine] = statement.trim().split("\n");
            const reason = error instanceof Error ? error.message : String(error);
            throw new PhasewiseError("VIEW_INVALID", `DuckDB refuses "${firstLine}": ${reason}`, { cause: error });
          });
        }
      });
      await this.#checkpoint();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#readers.close();
    await this.#learning;
    await this.#turn;
    await this.#checkpoint();
    this.#database.close();
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) throw new PhasewiseError("STORE_UNAVAILABLE", "The store is closing.");
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return await result;
  }

  async #learn(memory: LoaderMemory): Promise<void> {
    let connection: DuckDBConnection | undefined;
    try {
      connection = await this.#database.instance.connect();
      await memory.learnKnownKeys(connection, () => this.#closing !== undefined);
    } catch (error) {
      // Loading stays right without it, only slower: every trace is then looked up.
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log?.({ level: "warn", message: "The known traces could not be read.", reason });
    } finally {
      connection?.closeSync();
    }
  }

  async #checkpointIfDue(): Promise<void> {
    const wal = await this.#walBytes();
    if (this.#rowsSinceCheckpoint >= CHECKPOINT_ROWS || wal >= CHECKPOINT_WAL_BYTES) await this.#checkpoint();
  }

  async #checkpoint(): Promise<void> {
    const { file, log } = this.#options;
    try {
      const wal = await this.#walBytes();
      const disk = await statfs(dirname(file));
      if (disk.bavail * disk.bsize < 2 * wal + SPARE_BYTES) {
        log?.({ level: "warn", message: "Too little free space for a checkpoint; loading goes on.", file, wal });
        return;
      }
      await this.#database.writer.run("checkpoint");
      this.#rowsSinceCheckpoint = 0;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log?.({ level: "warn", message: "A checkpoint failed; it is tried again later.", file, reason });
    }
  }

  async #walBytes(): Promise<number> {
    return (await stat(`${this.#options.file}.wal`).catch(() => undefined))?.size ?? 0;
  }
}
