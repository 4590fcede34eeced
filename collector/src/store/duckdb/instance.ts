import { existsSync, realpathSync } from "node:fs";
import { rename } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { PhasewiseError } from "../../errors.ts";
import { type Migration, migrate } from "../migrate.ts";

/** How the DuckDB engine is opened. */
export interface DuckDbOptions {
  /** The database file; it is made when it is not there. */
  readonly file: string;
  /** Folder `collector/sql`. */
  readonly sqlFolder: string;
  /** DuckDB's own notation, e.g. `2GB`. */
  readonly memoryLimit: string;
  /** Threads of one query; one less than there are cores when left out. */
  readonly threads?: number | undefined;
  /** How long a file that another process holds is waited for; 15000 when left out. */
  readonly lockPatienceMs?: number | undefined;
  readonly log?: ((event: StoreEvent) => void) | undefined;
  /**
   * A query has not ended 5 seconds after it was interrupted, and nothing in this process can end it: whoever opened the
   * store should end the process. Called once a query, with the beginning of its text.
   */
  readonly onStuck?: ((sqlHead: string) => void) | undefined;
}

/** Something that the operator should hear of. */
export interface StoreEvent {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly [detail: string]: string | number | bigint | boolean;
}

/** Files that are open in this process: DuckDB would open one twice without a word and then lose data. */
const openFiles = new Set<string>();

/** How long a file that another process holds is waited for, and how often it is tried. */
const LOCK_PATIENCE_MS = 15_000;
const LOCK_RETRY_MS = 250;

/** Name under which a file is guarded, the same for every path that leads to it. */
function identityOf(file: string): string {
  const folder = dirname(file);
  try {
    return existsSync(file) ? realpathSync(file) : join(realpathSync(folder), basename(file));
  } catch (error) {
    throw new PhasewiseError("DATA_FOLDER_UNUSABLE", `${folder} is not a folder that can be read.`, { cause: error });
  }
}

/** An open database file. */
export interface OpenDatabase {
  readonly instance: DuckDBInstance;
  /** The connection of the loader. */
  readonly writer: DuckDBConnection;
  /** Closes everything; `file` may be opened again. */
  close(): void;
}

/** Opens the file, brings its tables up to date, and then locks the instance down. */
export async function openDatabase(options: DuckDbOptions, migrations: readonly Migration[]): Promise<OpenDatabase> {
  const identity = identityOf(options.file);
  if (openFiles.has(identity)) {
    throw new PhasewiseError("DATA_FOLDER_UNUSABLE", `${options.file} is open in this process already.`);
  }
  openFiles.add(identity);
  let instance: DuckDBInstance | undefined;
  try {
    instance = await openInstance(options);
    const opened = instance;
    const writer = await opened.connect();
    await writer.run("set global TimeZone = 'UTC'");
    const applied = await migrate(migrationTarget(writer), migrations);
    if (applied > 0) {
      await writer.run("checkpoint");
      options.log?.({ level: "info", message: "The tables were brought up to date.", file: options.file, applied });
    }
    await lockDown(writer);
    return {
      instance: opened,
      writer,
      close: () => {
        writer.closeSync();
        opened.closeSync();
        openFiles.delete(identity);
      },
    };
  } catch (error) {
    instance?.closeSync();
    openFiles.delete(identity);
    throw error;
  }
}

async function openInstance(options: DuckDbOptions): Promise<DuckDBInstance> {
  try {
    return await createWhenFree(options);
  } catch (error) {
    const message = messageOf(error);
    if (!isWalDamage(message, options.file) || !existsSync(`${options.file}.wal`))
      throw openError(options.file, message, error);
    // What the log held is in the journal too: the loaded position in the file says from where to load it again.
    const aside = `${options.file}.wal.damaged-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
    await rename(`${options.file}.wal`, aside);
    options.log?.({
      level: "error",
      message: "The write-ahead log of the database is damaged. It was put aside; the journal replays what it held.",
      file: options.file,
      aside,
      reason: message,
    });
  }
  try {
    return await create(options);
  } catch (error) {
    throw openError(options.file, messageOf(error), error);
  }
}

/** Another process that is about to end may still hold the file: it is waited for, a while. */
async function createWhenFree(options: DuckDbOptions): Promise<DuckDBInstance> {
  const patience = options.lockPatienceMs ?? LOCK_PATIENCE_MS;
  const giveUpAt = performance.now() + patience;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await create(options);
    } catch (error) {
      if (!isLocked(messageOf(error)) || performance.now() >= giveUpAt) throw error;
      if (attempt === 1) {
        options.log?.({
          level: "warn",
          message: "The database is in use by another process; waiting for it to end.",
          file: options.file,
          patience_ms: patience,
          reason: messageOf(error),
        });
      }
      await setTimeout(LOCK_RETRY_MS);
    }
  }
}

async function create(options: DuckDbOptions): Promise<DuckDBInstance> {
  return await DuckDBInstance.create(options.file, {
    memory_limit: options.memoryLimit,
    // Whoever waits for a statement spins while another thread works on it: on the last core that is a core lost.
    threads: String(options.threads ?? Math.max(1, availableParallelism() - 1)),
    // A checkpoint of DuckDB's own would come in the middle of a commit, and on a full disk end the instance.
    checkpoint_threshold: "1TB",
    temp_directory: `${options.file}.tmp`,
    // Rows stay in the order of arrival, which is nearly that of time: that is what skips row groups.
    preserve_insertion_order: "true",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
}

/** Closes the doors that would lead out of the file. None of this can be undone while the instance lives. */
async function lockDown(connection: DuckDBConnection): Promise<void> {
  await connection.run("set global enable_external_access = false");
  await connection.run("set global lock_configuration = true");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether the file could not be opened because of its log alone. A log in use by another process is never touched. */
function isWalDamage(message: string, file: string): boolean {
  return !isLocked(message) && /\bWAL\b/.test(message.replaceAll(file, ""));
}

function isLocked(message: string): boolean {
  return /could not set lock|conflicting lock/i.test(message);
}

function openError(file: string, message: string, cause: unknown): PhasewiseError {
  if (isLocked(message)) {
    return new PhasewiseError(
      "DATA_FOLDER_UNUSABLE",
      `${file} is in use by another process (a second collector, or a DuckDB shell). Stop it, or set PHASEWISE_DATA ` +
        `to another folder. DuckDB says: ${message}`,
      { cause },
    );
  }
  if (/version number/i.test(message)) {
    return new PhasewiseError("STORE_NEWER", `${file} was written by a newer DuckDB. DuckDB says: ${message}`, {
      cause,
    });
  }
  return new PhasewiseError("DATA_FOLDER_UNUSABLE", `${file} cannot be opened. DuckDB says: ${message}`, { cause });
}

function migrationTarget(connection: DuckDBConnection) {
  return {
    applied: async () => {
      await connection.run(
        `create table if not exists schema_migrations (
           number integer not null, name varchar not null, sha256 varchar not null, applied_at timestamp not null)`,
      );
      const records = await connection.runAndReadAll(
        "select number, name, sha256 from schema_migrations order by number",
      );
      return records.getRows().map(([number, name, sha256]) => ({
        number: Number(number),
        name: String(name),
        sha256: String(sha256),
      }));
    },
    apply: async (migration: Migration) => {
      await inTransaction(connection, async () => {
        await connection.run(migration.sql);
        await connection.run(
          "insert into schema_migrations values ($number, $name, $sha256, current_timestamp::timestamp)",
          { number: migration.number, name: migration.name, sha256: migration.sha256 },
        );
      });
    },
  };
}

/** Runs `work` between begin and commit; rolls back when it throws. */
export async function inTransaction(connection: DuckDBConnection, work: () => Promise<void>): Promise<void> {
  await connection.run("begin transaction");
  try {
    await work();
    await connection.run("commit");
  } catch (error) {
    // A failed commit has ended the transaction already; then there is nothing to roll back.
    await connection.run("rollback").catch(() => undefined);
    throw error;
  }
}
