import { exactText } from "../exact-json.ts";
import type { ExactTable } from "./exact-table.ts";

/** RFC 4180 text with the column names first and every digit as it came; absent values are empty. */
export function csvText(table: ExactTable): string {
  const lines = [
    table.columns.map((column) => quote(column.name)),
    ...table.rows.map((row) => table.columns.map((column) => quote(exactText(row[column.name])))),
  ];
  return lines.map((cells) => `${cells.join(",")}\r\n`).join("");
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
