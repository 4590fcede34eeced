/** Brings a database up to the migrations of this version: numbered files, forward only, each in one transaction. */
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { PhasewiseError } from "../errors.ts";

/** One file `NNNN_name.sql`. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** Hash of the file's bytes, hex. */
  readonly sha256: string;
  readonly sql: string;
}

/** What an engine has on record of a migration. */
type AppliedMigration = Pick<Migration, "number" | "name" | "sha256">;

/** What an engine does for `migrate`. */
export interface MigrationTarget {
  /** What is on record, oldest first; empty for a new database. */
  applied(): Promise<readonly AppliedMigration[]>;
  /** Runs one migration and puts it on record, all or nothing. */
  apply(migration: Migration): Promise<void>;
}

/** Reads the migrations of a folder, in order. Numbers start at 1 and leave no gap. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  const migrations: Migration[] = [];
  for (const file of files) {
    const [, digits, name] = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file) ?? [];
    if (digits === undefined || name === undefined || Number(digits) !== migrations.length + 1) {
      const expected = String(migrations.length + 1).padStart(4, "0");
      throw new PhasewiseError("INTERNAL", `${join(folder, file)}: expected a file called ${expected}_<name>.sql.`);
    }
    const bytes = await readFile(join(folder, file));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    migrations.push({ number: Number(digits), name, sha256, sql: bytes.toString("utf8") });
  }
  return migrations;
}

/** Applies what is missing and returns how many that were. Refuses data of another history. */
export async function migrate(target: MigrationTarget, migrations: readonly Migration[]): Promise<number> {
  const applied = await target.applied();
  for (const record of applied) {
    const migration = migrations.find((one) => one.number === record.number);
    if (migration === undefined) {
      throw new PhasewiseError(
        "STORE_NEWER",
        `The data was written by a newer version: it has migration ${fileName(record)}, and this version ends at ` +
          `${fileName(migrations.at(-1))}. Start the newer version, or use another data folder.`,
      );
    }
    if (migration.sha256 !== record.sha256) {
      throw new PhasewiseError(
        "MIGRATION_CHANGED",
        `${fileName(migration)} is not the file that made the data (recorded as ${fileName(record)} with sha256 ` +
          `${record.sha256}, now ${migration.sha256}). Restore the file; changes go into a new migration.`,
      );
    }
  }
  const missing = migrations.filter((migration) => !applied.some((record) => record.number === migration.number));
  for (const migration of missing) await target.apply(migration);
  return missing.length;
}

function fileName(migration: Pick<Migration, "number" | "name"> | undefined): string {
  return migration === undefined ? "none" : `${String(migration.number).padStart(4, "0")}_${migration.name}.sql`;
}
