import { printTable } from "@phasewise/testing";
import type { Cell, Report } from "./collector.ts";

const SHOWN = [
  "model_calls",
  "errors",
  "uncached_input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "output_tokens",
  "cost_usd",
  "duration_ms",
];
const SHORT: Readonly<Record<string, string>> = {
  model_calls: "calls",
  uncached_input_tokens: "uncached_in",
  cache_read_tokens: "cache_read",
  cache_write_5m_tokens: "write_5m",
  cache_write_1h_tokens: "write_1h",
  output_tokens: "output",
};

/** The columns of a report that fit a terminal, as a table. */
export function reportTable(report: Report): string {
  const name = report.report.replace(/_report$/, "");
  const header = [name, ...SHOWN.map((column) => SHORT[column] ?? column)];
  const rows = report.rows.map((row) => [
    row[name] ?? "(none)",
    ...SHOWN.map((column) => toText(column, row[column] ?? null)),
  ]);
  return `${report.report}\n${printTable(header, rows)}`;
}

function toText(column: string, cell: Cell): string {
  if (cell === null) return "-";
  if (column === "duration_ms") return String(Math.round(Number(cell)));
  return column === "cost_usd" ? cell.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") : cell;
}
