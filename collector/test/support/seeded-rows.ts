/** A small history with known figures: two runs of an iteration, a sub-agent, an outside call, a call of the day before. */
import type { GivenRows } from "./sql-database.ts";

/** The moment that reports over the seeded rows take for now. */
export const SEEDED_NOW: Date = new Date("2026-11-20T12:00:00Z");

const RUN = {
  trace_id: "t1",
  run_id: "run-7",
  run_name: "iteration",
  service: "lab",
  session_id: "s1",
  user_id: "ada",
  status: "ok",
} as const;

const CALL = {
  ...RUN,
  scope: "call",
  counted_from: "anthropic_sdk",
  provider: "anthropic",
  model: "claude-x",
  agent: "trader",
  uncached_input_tokens: 100,
  cache_read_tokens: 300,
  output_tokens: 10,
  cost_usd: "0.000000000001",
  duration_ms: 1000,
  started_at: "2026-11-20 10:00:01",
  ended_at: "2026-11-20 10:00:02",
} as const;

const PLAN = { phase: "plan", phase_entry: 1 } as const;
const SPAN = {
  ...RUN,
  started_at: "2026-11-20 10:00:00",
  ended_at: "2026-11-20 10:01:00",
  duration_ms: 60_000,
} as const;

/** The rows. */
export const SEEDED: GivenRows = {
  spans: [
    { ...SPAN, span_id: "r", operation: "run", run_number: 7, git_commit: "abc", agent: "trader", own_labels: 3 },
    { ...SPAN, span_id: "p1", operation: "phase", ...PLAN, agent: "trader", own_labels: 12, duration_ms: 20_000 },
    {
      ...SPAN,
      ...PLAN,
      span_id: "p2",
      operation: "phase",
      phase_entry: 2,
      agent: "trader",
      own_labels: 12,
      started_at: "2026-11-20 10:00:30",
      duration_ms: 10_000,
      status: "error",
      error_type: "RangeError",
      error_message: "too far",
    },
    {
      ...SPAN,
      span_id: "p3",
      operation: "phase",
      phase: "scan",
      started_at: "2026-11-20 10:00:40",
      phase_entry: 1,
      agent: "trader",
      own_labels: 12,
    },
    { ...SPAN, span_id: "a1", operation: "agent", agent: "trader", own_labels: 16, duration_ms: 50_000 },
    {
      ...SPAN,
      run_id: "run-6",
      trace_id: "t0",
      span_id: "r",
      operation: "run",
      run_number: 6,
      own_labels: 3,
      started_at: "2026-11-19 10:00:00",
      ended_at: "2026-11-19 10:00:40",
      duration_ms: 40_000,
    },
    {
      ...SPAN,
      ...PLAN,
      run_id: "run-6",
      trace_id: "t0",
      span_id: "p",
      operation: "phase",
      own_labels: 12,
      started_at: "2026-11-19 10:00:00",
      ended_at: "2026-11-19 10:00:15",
      duration_ms: 15_000,
    },
  ],
  call_ledger: [
    { ...CALL, ...PLAN, call_key: "1" },
    {
      ...CALL,
      ...PLAN,
      call_key: "2",
      agent: "scout",
      parent_agent: "trader",
      model: "claude-y",
      cost_usd: "0.25",
      cache_write_1h_tokens: 7,
    },
    {
      ...CALL,
      ...PLAN,
      call_key: "3",
      phase_entry: 2,
      status: "error",
      error_type: "overloaded_error",
      cost_usd: null,
      uncached_input_tokens: null,
      cache_read_tokens: null,
      output_tokens: null,
      duration_ms: 3000,
    },
    {
      ...CALL,
      call_key: "4",
      run_id: null,
      trace_id: "t9",
      agent: null,
      model: "m-9",
      cost_usd: null,
      unpriced_reason: "no price for m-9",
      session_id: "s2",
      user_id: "bob",
      service: "cc",
    },
    {
      ...CALL,
      ...PLAN,
      call_key: "5",
      run_id: "run-6",
      trace_id: "t0",
      started_at: "2026-11-19 10:00:01",
      ended_at: "2026-11-19 10:00:02",
      cost_usd: "0.125",
    },
  ],
};
