/** One JSON object a line, for streams and shell pipes. */
import type { Table } from "@phasewise/api";
import { toJson } from "../json.ts";

/** The rows of the table as newline-delimited JSON. */
export function toNdjson(table: Table): string {
  return table.rows.map((row) => `${toJson(row)}\n`).join("");
}
