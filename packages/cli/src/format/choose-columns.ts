import type { FormattedColumn } from "./cells.ts";
import { graphemes } from "./graphemes.ts";

/** Columns that people look for first, best first; every other one follows in the order in which it came. */
const IMPORTANT = [
  "run_id",
  "run_name",
  "run_number",
  "iteration",
  "status",
  "phase",
  "agent",
  "model",
  "tool",
  "current_phase",
  "cost_usd",
  "duration_ms",
  "model_calls",
  "errors",
  "output_tokens",
  "started_at",
  "uncached_input_tokens",
  "input_tokens",
  "cache_read_tokens",
  "error_ratio",
  "entries",
  "runs",
  "p95_duration_ms",
  "p95_ms",
  "error_message",
  "git_commit",
] as const;

/** What fits and what does not. */
export interface ChosenColumns {
  readonly shown: readonly FormattedColumn[];
  readonly leftOut: readonly FormattedColumn[];
}

/** Characters that a column takes: its widest cell and the space beside it. */
export function widthOf(column: FormattedColumn): number {
  const cells = [column.heading, ...column.cells];
  return Math.max(...cells.map((cell) => graphemes(cell).length)) + 2;
}

/** Chooses the columns that fit a line, the first and the important ones before others; keeps their order. */
export function chooseColumns(columns: readonly FormattedColumn[], lineWidth: number): ChosenColumns {
  const ranked = columns
    .map((column, index) => ({ column, rank: rankOf(column, index) }))
    .sort((a, b) => a.rank - b.rank);
  const chosen = new Set<FormattedColumn>();
  let used = 0;
  for (const { column } of ranked) {
    const width = widthOf(column);
    if (chosen.size > 0 && used + width > lineWidth) continue;
    chosen.add(column);
    used += width;
  }
  return {
    shown: columns.filter((column) => chosen.has(column)),
    leftOut: columns.filter((column) => !chosen.has(column)),
  };
}

function rankOf(column: FormattedColumn, index: number): number {
  if (index === 0) return -1;
  const important = (IMPORTANT as readonly string[]).indexOf(column.name);
  return important === -1 ? IMPORTANT.length + index : important;
}
