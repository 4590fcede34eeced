/** A DuckDB in memory with our tables, functions and views, whose rows a test can write by hand. */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { bindParameters, toValue } from "../../src/store/duckdb/values.ts";
import type { QueryOptions, QueryResult, Store, Value } from "../../src/store/store.ts";
import { type Catalogue, readCatalogue } from "../../src/views/catalogue.ts";
import { viewStatements } from "../../src/views/statements.ts";

/** The SQL files of the product. */
export const SQL_FOLDER: string = fileURLToPath(new URL("../../sql", import.meta.url));

/** Rows by table; columns that are left out get the plainest value that the table allows. */
export type GivenRows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** The database, its catalogue, and the reading half of a store over it. */
export interface SqlDatabase {
  readonly catalogue: Catalogue;
  readonly store: Pick<Store, "query">;
  insert(rows: GivenRows): Promise<void>;
  /** Empties every table. */
  clear(): Promise<void>;
  /** Every row as an object. */
  read(sql: string): Promise<readonly Readonly<Record<string, Value>>[]>;
  close(): void;
}

/** Writes rows into a DuckDB file that nobody has open and that has our tables. */
export async function insertIntoFile(file: string, rows: GivenRows): Promise<void> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  try {
    await insertRows(connection, await readTables(connection), rows);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/** Opens one with everything applied and no rows. */
export async function openSqlDatabase(): Promise<SqlDatabase> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const folder = join(SQL_FOLDER, "duckdb", "migrations");
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort()) {
    await connection.run(await readFile(join(folder, file), "utf8"));
  }
  const catalogue = await readCatalogue(SQL_FOLDER, "duckdb");
  for (const statement of viewStatements(catalogue)) await connection.run(statement);
  const tables = await readTables(connection);
  const query = async (sql: string, options: Pick<QueryOptions, "parameters">): Promise<QueryResult> => {
    const statement = await connection.prepare(sql);
    bindParameters(statement, options.parameters ?? {});
    const reader = await statement.runAndReadAll();
    const columns = reader.columnNames().map((name, index) => ({ name, type: String(reader.columnType(index)) }));
    return { columns, rows: reader.getRows().map((row) => row.map(toValue)), truncated: false };
  };
  return {
    catalogue,
    store: { query },
    insert: (rows) => insertRows(connection, tables, rows),
    async clear() {
      for (const table of tables.keys()) await connection.run(`delete from ${table}`);
    },
    async read(sql) {
      const result = await query(sql, {});
      return result.rows.map((row) =>
        Object.fromEntries(result.columns.map((column, index) => [column.name, row[index] ?? null])),
      );
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function readTables(connection: DuckDBConnection): Promise<ReadonlyMap<string, readonly TableColumn[]>> {
  const reader = await connection.runAndReadAll(
    "select c.table_name, c.column_name, c.data_type, c.is_nullable from duckdb_columns() as c join duckdb_tables() as t on t.table_oid = c.table_oid order by c.table_name, c.column_index",
  );
  const tables = new Map<string, TableColumn[]>();
  for (const [table, name, type, nullable] of reader.getRows()) {
    const columns = tables.get(String(table)) ?? [];
    columns.push({ name: String(name), type: String(type), nullable: nullable === true });
    tables.set(String(table), columns);
  }
  return tables;
}

async function insertRows(
  connection: DuckDBConnection,
  tables: ReadonlyMap<string, readonly TableColumn[]>,
  rows: GivenRows,
): Promise<void> {
  for (const [table, given] of Object.entries(rows)) {
    const columns = tables.get(table);
    if (columns === undefined) throw new Error(`there is no table ${table}`);
    for (const row of given) {
      const unknown = Object.keys(row).filter((name) => !columns.some((column) => column.name === name));
      if (unknown.length > 0) throw new Error(`${table} has no column ${unknown.join(", ")}`);
      const values = columns.map((column) => literal(column, row[column.name]));
      await connection.run(`insert into ${table} values (${values.join(", ")})`);
    }
  }
}

/** `{"ago_ms": 5000}` is the time that long before now; everything else is what DuckDB reads from its text. */
function literal(column: TableColumn, value: unknown): string {
  if (value === undefined) return column.nullable ? "null" : plainest(column.type);
  if (value === null) return "null";
  if (typeof value === "object" && "ago_ms" in value) {
    return `now_utc() - to_milliseconds(${Number(value.ago_ms)})`;
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `cast('${text.replaceAll("'", "''")}' as ${column.type})`;
}

function plainest(type: string): string {
  if (type.startsWith("MAP")) return `cast(map {} as ${type})`;
  if (type.endsWith("[]")) return `cast([] as ${type})`;
  if (type === "VARCHAR") return "''";
  if (type === "BOOLEAN") return "false";
  return type === "TIMESTAMP" ? "timestamp '2026-11-20 10:00:00'" : "0";
}
