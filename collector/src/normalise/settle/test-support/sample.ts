/** Builders of input for tests of settling: everything has a plain value, a test states what matters to it. */
import type { CallReading, Labels, TokenBuckets } from "../../records.ts";
import type { Evidence, ModelCall, Settlement, SpanSkeleton, Touched } from "../../settlement.ts";
import { settle } from "../settle.ts";

/** Trace of every item that names no other. */
export const TRACE = "trace";

/** The tokens behind all captured payloads: 6,120 input, of which 120 uncached. */
export const KNOWN_TOKENS: TokenBuckets = {
  uncachedInputTokens: 120,
  cacheReadTokens: 5000,
  cacheWrite5mTokens: 700,
  cacheWrite1hTokens: 300,
  cacheWriteUnknownTokens: 0,
  outputTokens: 42,
};

/** A span; `parent` is its parent's id. */
export function span(
  spanId: string,
  parent: string,
  labels: Labels = {},
  more: Partial<SpanSkeleton> = {},
): SpanSkeleton {
  return {
    traceId: TRACE,
    spanId,
    parentSpanId: parent,
    operation: "other",
    startedUnixNano: 1_000_000_000n,
    labels,
    ...more,
  };
}

/** What a test can state of a piece of evidence: its own fields and those of its reading. */
export type Stated = Partial<Omit<Evidence, "reading">> & Partial<CallReading>;

/** A call reported by the span `spanId`. */
export function bySpan(spanId: string, stated: Stated = {}): Evidence {
  return evidence({ evidenceId: `span:${stated.traceId ?? TRACE}/${spanId}`, spanId, source: "span", ...stated });
}

/** A call reported by the log record `logId`, written in the span `spanId`. */
export function byLog(logId: string, spanId: string, stated: Stated = {}): Evidence {
  return evidence({ evidenceId: `log:${logId}`, spanId, source: "log", ...stated });
}

/** Settles; spans that only evidence names are added as roots. */
export function settled(touched: Partial<Touched>): Settlement {
  const given = touched.spans ?? [];
  const known = new Set(given.map(({ traceId, spanId }) => `${traceId}/${spanId}`));
  const missing = (touched.evidence ?? [])
    .filter((item) => item.source === "span" && !known.has(`${item.traceId}/${item.spanId}`))
    .map((item) => span(item.spanId, "", item.labels, { traceId: item.traceId }));
  return settle({ spans: [...given, ...missing], evidence: touched.evidence ?? [] });
}

/** The only call of a settlement; throws when there is not exactly one. */
export function onlyCall({ calls }: Settlement): ModelCall {
  const [call] = calls;
  if (call === undefined || calls.length !== 1) throw new Error(`expected one call, got ${calls.length}`);
  return call;
}

/** Labels of each span after settling, by span id. */
export function labelsBySpan({ spans }: Settlement): Record<string, Labels> {
  return Object.fromEntries(spans.map(({ spanId, labels }) => [spanId, labels]));
}

function evidence(stated: Stated & Pick<Evidence, "evidenceId" | "spanId" | "source">): Evidence {
  const { evidenceId, dialect, service, traceId, spanId, source, labels, ...reading } = stated;
  return {
    evidenceId,
    dialect: dialect ?? "test",
    service,
    traceId: traceId ?? TRACE,
    spanId,
    source,
    labels: labels ?? {},
    reading: {
      scope: "call",
      rank: 50,
      provider: "anthropic",
      requestModel: "claude-opus-5-5",
      startedUnixNano: 1_000_000_000n,
      endedUnixNano: 2_000_000_000n,
      status: "ok",
      tokens: KNOWN_TOKENS,
      notes: [],
      ...reading,
    },
  };
}
