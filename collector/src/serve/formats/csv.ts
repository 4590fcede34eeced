/** CSV as RFC 4180 has it: CRLF, quotes doubled, a header line. */
import type { Table } from "@phasewise/api";
import { isNumeric, toCell } from "./cells.ts";

/** The table as CSV. Text that a spreadsheet would run as a formula gets an apostrophe in front. */
export function toCsv(table: Table): string {
  const names = table.columns.map((column) => column.name);
  const lines = [names.map((name) => quote(defuse(name))).join(",")];
  for (const row of table.rows) {
    lines.push(names.map((name) => toField(row[name])).join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

function toField(value: unknown): string {
  const text = toCell(value);
  return quote(isNumeric(value) ? text : defuse(text));
}

/** https://owasp.org/www-community/attacks/CSV_Injection */
function defuse(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
