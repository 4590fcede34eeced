import type { Column } from "@phasewise/api";

/** The API's `Table` with its numbers as `ExactNumber`. */
export interface ExactTable {
  readonly report: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly truncated: boolean;
}
