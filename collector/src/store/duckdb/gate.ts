/**
 * Which foreign SQL may run: one reading statement that calls nothing that tells of files, settings or the process,
 * or that writes. Three layers, because none is enough alone: the syntax tree here, a read-only transaction around
 * the statement, and an instance without access to files (see `instance.ts`).
 */
import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from "@duckdb/node-api";
import { PhasewiseError } from "../../errors.ts";
import type { QueryOptions } from "../store.ts";
import { refuseLargeValues } from "./sizes.ts";

/** Functions that start like a refused family but are harmless: names of tables, columns and functions. */
const ALLOWED_METADATA: ReadonlySet<string> = new Set([
  "duckdb_columns",
  "duckdb_functions",
  "duckdb_keywords",
  "duckdb_schemas",
  "duckdb_tables",
  "duckdb_types",
  "duckdb_views",
  "pragma_table_info",
  "pragma_version",
]);

/** Views of DuckDB's own that tell of files and settings. */
const REFUSED_VIEWS = /^(duckdb_|pragma_|pg_settings$)/;
const REFUSED_FUNCTIONS =
  /^(read_|parquet_|sniff_|scan_|arrow_|duckdb_|pragma_|pg_sleep|enable_|disable_|json_execute|force_|write_)/;

const REFUSED: ReadonlySet<string> = new Set([
  "checkpoint",
  "currval",
  "current_setting",
  "getenv",
  "getvariable",
  "glob",
  "nextval",
  "query",
  "query_table",
  "set_config",
  "truncate_duckdb_logs",
  "which_secret",
]);

const READING: ReadonlySet<StatementType> = new Set([StatementType.SELECT, StatementType.EXPLAIN]);

/** Prepares foreign text on its own connection, or says why it may not run. */
export async function prepareForeign(
  connection: DuckDBConnection,
  sql: string,
  parameters: NonNullable<QueryOptions["parameters"]>,
): Promise<DuckDBPreparedStatement> {
  if (sql.trim() === "") throw new PhasewiseError("SQL_NOT_ALLOWED", "Expected one statement, got an empty text.");
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) {
    throw new PhasewiseError("SQL_NOT_ALLOWED", `Expected one statement, got ${statements.count}.`);
  }
  // The tree comes before preparing, because preparing already evaluates constant expressions.
  const tree = await syntaxTree(connection, sql);
  inspect(tree);
  refuseLargeValues(tree, parameters);
  const statement = await statements.prepare(0);
  const type = statement.statementType;
  if (!READING.has(type)) {
    statement.destroySync();
    throw notReading(`this one is ${StatementType[type] ?? "of another kind"}`);
  }
  return statement;
}

function notReading(why: string): PhasewiseError {
  return new PhasewiseError(
    "SQL_NOT_ALLOWED",
    `Only SELECT, EXPLAIN, DESCRIBE and SHOW are allowed; ${why}. The data can be written by telemetry alone.`,
  );
}

async function syntaxTree(connection: DuckDBConnection, sql: string): Promise<unknown> {
  const select = sql.replace(/^\s*explain(\s+analyze)?(\s*\([^)]*\))?\s/i, "");
  const result = await connection.runAndReadAll("select json_serialize_sql($sql::varchar)", { sql: select });
  const [text] = result.getRows()[0] ?? [];
  const tree: unknown = JSON.parse(String(text));
  if (typeof tree === "object" && tree !== null && "error" in tree && tree.error === true) {
    const message = "error_message" in tree ? String(tree.error_message) : "it cannot be parsed";
    throw "error_type" in tree && tree.error_type === "parser"
      ? new PhasewiseError("SQL_FAILED", message)
      : notReading(message);
  }
  return tree;
}

/** Walks the tree without recursion, so that depth cannot hurt. */
function inspect(tree: unknown): void {
  const pending: unknown[] = [tree];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== "object" || node === null) continue;
    if (!Array.isArray(node)) inspectNode(node as Readonly<Record<string, unknown>>);
    for (const child of Object.values(node)) pending.push(child);
  }
}

function inspectNode(node: Readonly<Record<string, unknown>>): void {
  const table = lowerCase(node["table_name"]);
  if (REFUSED_VIEWS.test(table) && !ALLOWED_METADATA.has(table)) throw refused(table);
  const called = lowerCase(node["function_name"]);
  if (REFUSED.has(called) || (REFUSED_FUNCTIONS.test(called) && !ALLOWED_METADATA.has(called))) throw refused(called);
}

function lowerCase(name: unknown): string {
  return typeof name === "string" ? name.toLowerCase() : "";
}

function refused(name: string): PhasewiseError {
  return new PhasewiseError("SQL_NOT_ALLOWED", `"${name}" may not be used here; use the views and tables.`);
}
