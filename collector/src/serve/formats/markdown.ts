/** Tables for documents and chats. */
import type { Table } from "@phasewise/api";
import { isNumeric, toCell } from "./cells.ts";

/** The table as a Markdown table (GitHub's), numbers to the right; cells cannot break out of it. */
export function toMarkdown(table: Table): string {
  const names = table.columns.map((column) => column.name);
  const rulers = names.map((name) => (table.rows.some((row) => isNumeric(row[name])) ? "---:" : "---"));
  const lines = [names.map(escape), rulers, ...table.rows.map((row) => names.map((name) => escape(toCell(row[name]))))];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\|`*_[\]]/g, (character) => `\\${character}`)
    .replaceAll(/\r\n|\r|\n/g, "<br>");
}
