/** Compares what a collector stored with the ledger of what it acknowledged. */
import { hexOf, wordOf } from "../traffic/template.ts";
import { type Body, type Expected, expectedOf, type Progress, type Traffic } from "../traffic/traffic.ts";
import { querySql, type Rows } from "./api.ts";

/** One load whose result is to be found. */
export interface Sent {
  readonly traffic: Traffic;
  readonly series: number;
  readonly progress: Progress;
  readonly beginUnixMs: number;
}

/** What was found. Items are spans, log records and metric points. */
export interface Verdict {
  readonly acknowledged: number;
  /** Items acknowledged and not stored. */
  readonly missing: number;
  /** Items stored more than once. */
  readonly duplicates: number;
  /** Items stored that no sender was acknowledged. */
  readonly unasked: number;
  /** Differences in model calls, tokens and money, one sentence each. */
  readonly differences: readonly string[];
}

/** Rows and different rows by signal and by the word of the sending. */
const COUNTS = `
  select 'traces' as signal, substr(trace_id, 1, 16) as word, count(*) as items, count(distinct trace_id || span_id) as different
  from spans group by all
  union all
  select 'logs', substr(trace_id, 1, 16), count(*), count(distinct log_id) from logs group by all
  union all
  select 'metrics', substr(attributes_text['session.id'], 9, 16), count(*), count(distinct point_id)
  from metric_points group by all`;

const CALLS = `
  select substr(trace_id, 1, 16) as word, count(*) as calls, count(distinct call_key) as different,
    sum(coalesce(uncached_input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(cache_write_5m_tokens, 0)
      + coalesce(cache_write_1h_tokens, 0) + coalesce(cache_write_unknown_tokens, 0)) as input,
    sum(coalesce(output_tokens, 0)) as output, cast(sum(cost_usd) as varchar) as cost
  from call_ledger where scope = 'call' group by all`;

/** Asks the store and compares. Everything acknowledged must be loaded by then. */
export async function verify(webPort: number, loads: readonly Sent[]): Promise<Verdict> {
  const counts = await querySql(webPort, COUNTS);
  const calls = await querySql(webPort, CALLS);
  return compare(loads, counts, calls);
}

/** The comparison itself. */
export function compare(loads: readonly Sent[], counts: Rows, calls: Rows): Verdict {
  const found = new Map(counts.map((row) => [`${String(row["signal"])}/${String(row["word"])}`, row]));
  let acknowledged = 0;
  let missing = 0;
  let duplicates = 0;
  let unasked = 0;
  const words = new Set<string>();
  for (const { word, bodies } of loads.flatMap(cyclesOf)) {
    words.add(word);
    for (const signal of ["traces", "logs", "metrics"] as const) {
      const expected = bodies.reduce((sum, body) => (body.signal === signal ? sum + body.items : sum), 0);
      const row = found.get(`${signal}/${word}`);
      const different = Number(row?.["different"] ?? 0);
      acknowledged += expected;
      missing += Math.max(0, expected - different);
      unasked += Math.max(0, different - expected);
      duplicates += Number(row?.["items"] ?? 0) - different;
    }
  }
  const own = calls.filter((row) => words.has(String(row["word"])));
  return { acknowledged, missing, duplicates, unasked, differences: compareCalls(loads, own) };
}

interface Cycle {
  readonly word: string;
  readonly bodies: readonly Body[];
}

function cyclesOf({ traffic, series, progress }: Sent): readonly Cycle[] {
  return [...progress].flatMap(([sender, sent]) =>
    Array.from({ length: Math.ceil(sent / traffic.bodies.length) }, (_, cycle) => ({
      word: hexOf(wordOf(series, sender, cycle)),
      bodies: traffic.bodies.slice(0, sent - cycle * traffic.bodies.length),
    })),
  );
}

function compareCalls(loads: readonly Sent[], calls: Rows): readonly string[] {
  const expected = loads.map(({ traffic, progress, beginUnixMs }) => expectedOf(traffic, progress, beginUnixMs));
  const sum = (name: "calls" | "inputTokens" | "outputTokens"): number =>
    expected.reduce((total, one: Expected) => total + one[name], 0);
  const stored = (column: string): number => calls.reduce((total, row) => total + Number(row[column] ?? 0), 0);
  const cost = calls.reduce((total, row) => total + toPicoUsd(row["cost"]), 0n);
  const expectedCost = expected.reduce((total, one) => total + one.costPicoUsd, 0n);
  const pairs = [
    ["model calls", sum("calls"), stored("calls")],
    ["different model calls", sum("calls"), stored("different")],
    ["input tokens", sum("inputTokens"), stored("input")],
    ["output tokens", sum("outputTokens"), stored("output")],
    ["cost in 1e-12 USD", expectedCost, cost],
  ] as const;
  return pairs.flatMap(([name, wanted, got]) => (wanted === got ? [] : [`expected ${wanted} ${name}, found ${got}`]));
}

/** Exact decimal text, to whole 1e-12. A number would have lost digits on its way. */
function toPicoUsd(value: unknown): bigint {
  if (typeof value !== "string") return 0n;
  const [whole = "0", fraction = ""] = value.split(".");
  return BigInt(whole) * 10n ** 12n + BigInt(fraction.padEnd(12, "0").slice(0, 12));
}
