import { type CliContext, paint } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { parseExact } from "../exact-json.ts";
import { formatColumn, type FormattedColumn } from "./cells.ts";
import { csvText } from "./csv.ts";
import type { ExactTable } from "./exact-table.ts";
import { markdownText } from "./markdown.ts";
import { tableText } from "./table-text.ts";
import { isTimeZone } from "./time.ts";

/** How a table can be written. */
export const FORMATS = ["table", "json", "csv", "markdown"] as const;
export type Format = (typeof FORMATS)[number];

/** What to write and how. */
export interface RenderOptions {
  readonly format: Format;
  readonly allColumns: boolean;
  /** Said instead of an empty table. */
  readonly whenEmpty: string;
}

/** Reads a `Table` and keeps every digit; anything else is refused with what came. */
function parseTable(text: string): ExactTable {
  const value = parseJson(text);
  if (!isTable(value)) throw notTheApi(text);
  return value;
}

/** Parses an answer of the API with exact numbers; an answer that is not JSON is refused. */
export function parseJson(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    throw notTheApi(text);
  }
}

/** Whether a value is a table of the API. */
export function isTable(value: unknown): value is ExactTable {
  const table = value as Partial<ExactTable> | null;
  return typeof table === "object" && table !== null && Array.isArray(table.columns) && Array.isArray(table.rows);
}

/** Writes the answer of a route that gives one `Table`, in the format that was asked for. */
export function writeDocument(context: CliContext, text: string, options: RenderOptions): void {
  if (options.format === "json") {
    context.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    return;
  }
  const table = parseTable(text);
  if (options.format === "csv") context.stdout.write(csvText(table));
  else if (options.format === "markdown") context.stdout.write(markdownText(formatColumns(table)));
  else if (table.rows.length === 0) context.stdout.write(`${options.whenEmpty}\n`);
  else context.stdout.write(tableText(context, formatColumns(table), options.allColumns));
  if (table.truncated) {
    context.stderr.write(`${paint(context, "warning", "Rows were cut at the collector's limit; ask for less.")}\n`);
  }
}

/** Formats every column in the time zone that the answer names, or UTC. */
export function formatColumns(table: ExactTable): FormattedColumn[] {
  const zone = table.parameters["tz"];
  const timeZone = typeof zone === "string" && isTimeZone(zone) ? zone : "UTC";
  return table.columns.map((column) => formatColumn(column, table.rows, timeZone));
}

function notTheApi(text: string): CliError {
  return new CliError(
    EXIT.failed,
    `Expected a table from the collector, got: ${text.trim().slice(0, 120)}`,
    "Is PHASEWISE_URL the collector's page port (4319 by default), and of the same version as this command?",
  );
}
