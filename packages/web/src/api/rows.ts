import type { Table } from "@phasewise/api";

/** One row of a table. */
export type Row = Table["rows"][number];

/** A text of a row, or null when it is absent. */
export function textOf(row: Row, column: string): string | null {
  const value = row[column];
  return typeof value === "string" && value !== "" ? value : null;
}

/** A number of a row, or null when it is absent. */
export function numberOf(row: Row, column: string): number | null {
  const value = row[column];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The sum of a column over all rows; absent values count as nothing. */
export function sumOf(rows: readonly Row[], column: string): number {
  return rows.reduce((sum, row) => sum + (numberOf(row, column) ?? 0), 0);
}
