import type { FormattedColumn } from "./cells.ts";
import { graphemes } from "./graphemes.ts";

/** Columns that people look for first, best first; every other one follows in the order in which it came. */
const IMPORTANT = [
  "run_id",
  "run_name",
  "run_number",
  "phase",
  "agent",
  "model",
  "tool",
  "status",
  "phase_status",
  "cost_usd",
  "duration_ms",
  "model_calls",
  "errors",
  "current_phase",
  "output_tokens",
  "cache_read_tokens",
  "uncached_input_tokens",
  "error_message",
  "input_tokens",
  "started_at",
  "p95_ms",
  "error_ratio",
  "cache_hit_ratio",
  "entries",
  "runs",
  "git_commit",
] as const;

/** What fits and what does not. */
export interface ChosenColumns {
  readonly shown: readonly FormattedColumn[];
  readonly leftOut: readonly FormattedColumn[];
}

/** Characters that a column takes: its widest cell and the space beside it. */
function widthOf(column: FormattedColumn): number {
  const cells = [column.heading, ...column.cells];
  return Math.max(...cells.map((cell) => graphemes(cell).length)) + 2;
}

/** Chooses the columns that fit a line, the first and the important ones before others; keeps their order. */
export function chooseColumns(columns: readonly FormattedColumn[], lineWidth: number): ChosenColumns {
  // Where rows are parts of runs, the long id of the run says less than the name and number beside it.
  const hasParts = columns.some((column) => column.name === "phase");
  const ranked = columns
    .map((column, index) => ({ column, rank: hasParts && isId(column) ? Infinity : rankOf(column, index) }))
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

function isId(column: FormattedColumn): boolean {
  return /^(?:run_id|trace_id|span_id|parent_span_id|call_key)$/.test(column.name);
}

function rankOf(column: FormattedColumn, index: number): number {
  if (index === 0) return -1;
  const important = (IMPORTANT as readonly string[]).indexOf(column.name);
  return important === -1 ? IMPORTANT.length + index : important;
}
