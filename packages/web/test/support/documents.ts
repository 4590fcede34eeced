import type { Column, Table } from "@phasewise/api";

/** A moment that all documents are told from. */
export const NOW = Date.parse("2026-11-20T14:30:00Z");

const COMMENTS: Readonly<Record<string, string>> = {
  phase: "Name of the phase; NULL for calls outside any phase.",
  agent: "Name of the agent; NULL for calls outside any agent.",
  model: "Canonical name of the model.",
  runs: "Runs that they belong to.",
  model_calls: "Model calls, each counted once however many layers reported it.",
  uncached_input_tokens: "Input that was neither read from nor written to the cache.",
  cache_read_tokens: "Input read from the prompt cache.",
  cache_write_5m_tokens: "Input written to the prompt cache for 5 minutes.",
  cache_write_1h_tokens: "Input written to the prompt cache for 1 hour.",
  input_tokens: "Whole input: the sum of the input buckets.",
  output_tokens: "Output, reasoning included.",
  reasoning_tokens: "Part of the output that was reasoning.",
  cache_hit_ratio: "Share of the whole input that was read from the cache.",
  cost_usd: "Computed cost of the calls, exact; NULL when none of them has a known price.",
  duration_ms: "Wall time, nested phases included.",
  p50_ms: "Median (exact) of the wall time.",
  p95_ms: "95th percentile (exact) of the wall time.",
  errors: "Those that failed or were lost.",
  error_ratio: "errors divided by what is over.",
  unpriced_calls: "Model calls whose price is not known; cost_usd leaves them out.",
  previous_cost_usd: "cost_usd of the window of the same length before this one.",
  last_seen_at: "When the last of what is counted here ended (UTC).",
};

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_ms$/, "ms"],
  [/_usd$/, "USD"],
  [/_tokens$/, "tokens"],
  [/_ratio$/, "ratio"],
  [/_at$/, "UTC"],
  [/(?:calls|runs|errors)$/, "count"],
];

function column(name: string, example: unknown): Column {
  return {
    name,
    type: typeof example === "string" || example === null ? "VARCHAR" : "DECIMAL(38,12)",
    unit: UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? null,
    comment: COMMENTS[name] ?? null,
  };
}

/** Makes the API's document from rows that all have the same columns. */
function table(report: string, rows: readonly Record<string, unknown>[]): Table {
  const columns = Object.entries(rows[0] ?? {}).map(([name, example]) => column(name, example));
  return { report, parameters: { since: "24h", tz: "UTC" }, columns, rows: [...rows], truncated: false };
}

function usage(
  name: string,
  value: string | null,
  calls: number,
  cost: number | null,
  duration: number,
  errors: number,
): Record<string, unknown> {
  const uncached = calls * 1311;
  const read = calls * 18_240;
  return {
    [name]: value,
    runs: Math.ceil(calls / 9),
    model_calls: calls,
    uncached_input_tokens: uncached,
    cache_read_tokens: read,
    cache_write_5m_tokens: calls * 402,
    cache_write_1h_tokens: 0,
    cache_write_unknown_tokens: 0,
    input_tokens: uncached + read + calls * 402,
    output_tokens: calls * 913,
    reasoning_tokens: calls * 210,
    cache_hit_ratio: 0.914,
    cost_usd: cost,
    duration_ms: duration,
    p50_ms: duration / Math.max(1, calls) / 2,
    p95_ms: duration / Math.max(1, calls),
    errors,
    error_ratio: calls === 0 ? null : errors / calls,
    unpriced_calls: cost === null ? calls : 0,
    previous_cost_usd: cost === null ? null : cost * 0.88,
    last_seen_at: new Date(NOW - 90_000).toISOString(),
  };
}

/** The three reports of a day of a trading-strategy agent. */
export const REPORTS: Readonly<Record<string, Table>> = {
  phase_report: table("phase_report", [
    usage("phase", "scanner_generation", 62, 1.874213, 1_984_000, 0),
    usage("phase", "scan_execution", 0, 0, 2_710_400, 1),
    usage("phase", "execution_generation", 48, 1.330871, 1_422_700, 2),
    usage("phase", "backtest_execution", 0, 0, 7_830_000, 3),
    usage("phase", "analysis", 214, 8.4062135, 5_140_900, 1),
    usage("phase", null, 7, 0.0042875, 41_200, 0),
  ]),
  agent_report: table("agent_report", [
    usage("agent", "strategist", 188, 6.914022, 9_910_000, 2),
    usage("agent", "risk_reviewer", 86, 3.208441, 3_204_000, 1),
    usage("agent", "data_scout", 50, 1.4888345, 1_650_300, 0),
    usage("agent", null, 7, 0.0042875, 41_200, 0),
  ]),
  model_report: table("model_report", [
    usage("model", "claude-opus-4-8", 118, 7.512004, 4_920_300, 2),
    usage("model", "claude-sonnet-5", 164, 3.95128, 3_480_000, 1),
    usage("model", "claude-haiku-4-5", 46, 0.152301, 388_700, 0),
    usage("model", "house-model-preview", 3, null, 12_400, 0),
  ]),
};

function runRow(number: number, status: string, change: Record<string, unknown>): Record<string, unknown> {
  const started = NOW - number * 1_900_000;
  return {
    run_id: `run-${number}`,
    run_name: "strategy_iteration",
    run_number: 240 - number,
    agent: "strategist",
    status,
    current_phase: null,
    started_at: new Date(started).toISOString(),
    ended_at: new Date(started + 1_204_000).toISOString(),
    last_seen_at: new Date(started + 1_204_000).toISOString(),
    duration_ms: 1_204_000 + number * 7310,
    model_calls: 31 + (number % 5),
    input_tokens: 612_400 + number * 1311,
    output_tokens: 28_410 + number * 97,
    cost_usd: 1.0412 + number * 0.01375,
    error_type: null,
    error_message: null,
    git_commit: "9f3c21ab77d04e8c5b1f0a2d3e4f5a6b7c8d9e0f",
    ...change,
  };
}

/** Two runs that are open. */
export const RUNNING: Table = table("recent_runs", [
  runRow(0, "running", {
    current_phase: "analysis",
    started_at: new Date(NOW - 754_000).toISOString(),
    ended_at: null,
    cost_usd: 0.734581,
    model_calls: 22,
  }),
  runRow(1, "running", {
    run_name: "issue_triage",
    run_number: 18,
    agent: "data_scout",
    current_phase: "scan_execution",
    started_at: new Date(NOW - 42_000).toISOString(),
    ended_at: null,
    cost_usd: 0.0031875,
    model_calls: 2,
    input_tokens: 8120,
    output_tokens: 512,
  }),
]);

/** One run that was not heard of again. */
export const LOST: Table = table("recent_runs", [
  runRow(3, "lost", { current_phase: "backtest_execution", ended_at: null, duration_ms: 611_000 }),
]);

/** Runs of the day. */
export const RECENT: Table = table("recent_runs", [
  ...RUNNING.rows,
  runRow(2, "succeeded", {}),
  ...LOST.rows,
  runRow(4, "succeeded", {}),
  runRow(5, "failed", {
    error_type: "BacktestError",
    error_message: "backtest_execution: no fills between 2026-11-02 and 2026-11-09, the scan returned 0 signals",
    duration_ms: 402_110,
    cost_usd: 0.3881,
  }),
  runRow(6, "succeeded", { git_commit: null }),
  runRow(7, "cancelled", { duration_ms: 31_200, cost_usd: 0.0021, model_calls: 1 }),
]);

/** A table without rows. */
export function emptied(full: Table): Table {
  return { ...full, rows: [] };
}
