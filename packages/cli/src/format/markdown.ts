import type { FormattedColumn } from "./cells.ts";

/** A Markdown table of all columns. */
export function markdownText(columns: readonly FormattedColumn[]): string {
  const height = columns[0]?.cells.length ?? 0;
  const lines = [
    line(columns.map((column) => column.heading)),
    line(columns.map((column) => (column.align === "right" ? "---:" : "---"))),
  ];
  for (let row = 0; row < height; row += 1) lines.push(line(columns.map((column) => column.cells[row] ?? "")));
  return lines.join("");
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("\\", "\\\\").replaceAll("|", "\\|")).join(" | ")} |\n`;
}
