/**
 * The contract between normalise and store: what one loaded request becomes.
 * Absent is `undefined`; times are nanoseconds since 1970; durations are milliseconds; money is 1e-12 USD as bigint.
 */
import type { KeyValues, LogRecord, Resource, Scope, Span } from "../decode/otlp.ts";

/** What a span does, in one closed set for all dialects. */
export const SPAN_OPERATIONS = [
  "run",
  "phase",
  "agent",
  "model_call",
  "tool_call",
  "tool_wait",
  "tool_execution",
  "step",
  "plan",
  "retrieval",
  "embedding",
  "memory",
  "mcp",
  "hook",
  "other",
] as const;
/** One member of `SPAN_OPERATIONS`. */
export type SpanOperation = (typeof SPAN_OPERATIONS)[number];

/** Who and what a span, log record or call belongs to. Each label is inherited from the nearest ancestor that has it. */
export interface Labels {
  readonly runId?: string | undefined;
  readonly runName?: string | undefined;
  readonly phase?: string | undefined;
  readonly phaseEntry?: number | undefined;
  readonly agent?: string | undefined;
  readonly agentId?: string | undefined;
  readonly parentAgent?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly userId?: string | undefined;
}

/** The labels in their fixed order: position is the bit in `own_labels`. Order is part of the stored data. */
export const LABEL_NAMES = [
  "runId",
  "runName",
  "phase",
  "phaseEntry",
  "agent",
  "agentId",
  "parentAgent",
  "sessionId",
  "conversationId",
  "userId",
] as const satisfies readonly (keyof Labels)[];

/** What a dialect reads out of one span, beyond the OTLP fields that are kept as they are. */
export interface SpanReading {
  readonly dialect: string;
  readonly operation: SpanOperation;
  /** Labels that the span itself (or its resource) states. */
  readonly labels: Labels;
  readonly errorType?: string | undefined;
  /** Message for people, when the span failed and said why. */
  readonly errorMessage?: string | undefined;
  readonly toolName?: string | undefined;
  readonly toolCallId?: string | undefined;
  readonly mcpServer?: string | undefined;
  readonly agentVersion?: string | undefined;
  readonly runNumber?: number | undefined;
  readonly runTrigger?: string | undefined;
  readonly runStatus?: string | undefined;
  readonly taskType?: string | undefined;
  readonly gitCommit?: string | undefined;
  readonly category?: string | undefined;
  readonly success?: boolean | undefined;
  readonly confidence?: number | undefined;
  /** The model call that this span reports, if it reports one. */
  readonly evidence?: CallReading | undefined;
  /** Set when the span is only a notice that another span of its trace has started. */
  readonly announces?: Announcement | undefined;
}

/** A span that is still open, as a pending span tells of it. The times and labels are those of the span that tells. */
export interface Announcement {
  /** Span id (16 hex digits) that the open span has and will have when it ends. */
  readonly spanId: string;
  readonly live: Extract<LiveReading, { readonly type: "started" }>;
}

/** What a dialect reads out of one log record. */
export interface LogReading {
  readonly dialect: string;
  readonly labels: Labels;
  readonly evidence?: CallReading | undefined;
  readonly live?: LiveReading | undefined;
}

/**
 * Tokens in disjoint buckets: the sum of the five input buckets is the whole input.
 * `undefined` means "not reported", which is not zero.
 */
export interface TokenBuckets {
  readonly uncachedInputTokens?: number | undefined;
  readonly cacheReadTokens?: number | undefined;
  readonly cacheWrite5mTokens?: number | undefined;
  readonly cacheWrite1hTokens?: number | undefined;
  readonly cacheWriteUnknownTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** Part of the output, never added to it. */
  readonly reasoningTokens?: number | undefined;
}

/** One report of one model call, as a dialect states it. */
export interface CallReading {
  /** `call`: one request. `aggregate`: a sum over requests, which counts only while none of them is known. */
  readonly scope: "call" | "aggregate";
  /** Which layer speaks; the lower, the more it is trusted. Set by the dialect, compared by `reconcile`. */
  readonly rank: number;
  /** `req_...`: the provider's id of the request. */
  readonly providerRequestId?: string | undefined;
  /** `msg_...`: the provider's id of the answer. */
  readonly messageId?: string | undefined;
  /** The client's own id of the request. */
  readonly clientRequestId?: string | undefined;
  readonly provider?: string | undefined;
  readonly requestModel?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly startedUnixNano: bigint;
  readonly endedUnixNano: bigint;
  readonly ttftMs?: number | undefined;
  readonly status: "ok" | "error" | "cancelled";
  readonly errorType?: string | undefined;
  readonly errorMessage?: string | undefined;
  /** HTTP attempts, the first included. */
  readonly attempts?: number | undefined;
  readonly finishReason?: string | undefined;
  readonly tokens: TokenBuckets;
  readonly webSearchRequests?: number | undefined;
  readonly serviceTier?: string | undefined;
  /** `standard` or `fast`. */
  readonly speed?: string | undefined;
  readonly inferenceGeo?: string | undefined;
  /** Cost that the source states, in 1e-12 USD. Kept beside the computed one, never added. */
  readonly costReportedPicoUsd?: bigint | undefined;
  /** What was odd about the numbers and how it was treated, one short sentence each. */
  readonly notes: readonly string[];
}

/** What a log record says of something that is still open. */
export type LiveReading =
  | {
      readonly type: "started";
      readonly kind: string;
      readonly name: string;
      readonly parentSpanId: string;
      readonly runNumber?: number | undefined;
      readonly runTrigger?: string | undefined;
      readonly taskType?: string | undefined;
      readonly gitCommit?: string | undefined;
      readonly model?: string | undefined;
    }
  | { readonly type: "heartbeat" };

/** Where an item came from: one per envelope of a request, shared by its items. */
export interface Origin {
  /** Content hash (32 hex digits) of the resource: its key in `resources`. */
  readonly resourceId: string;
  /** Content hash (32 hex digits) of the scope: its key in `scopes`. */
  readonly scopeId: string;
  readonly resource: Resource;
  readonly scope: Scope;
  readonly service: string | undefined;
  readonly receivedUnixNano: bigint;
}

export interface SpanRecord {
  readonly origin: Origin;
  readonly span: Span;
  readonly reading: SpanReading;
}

export interface LogRecordRow {
  readonly origin: Origin;
  /** Content hash (32 hex digits): a record that is delivered twice has it twice. */
  readonly logId: string;
  readonly log: LogRecord;
  readonly reading: LogReading;
}

export interface MetricPointRecord {
  readonly origin: Origin;
  /** Content hash (32 hex digits), as for log records. */
  readonly pointId: string;
  readonly metricName: string;
  readonly description: string;
  readonly unit: string;
  /** `gauge`, `sum`, `histogram`, `exponential_histogram` or `summary`. */
  readonly type: string;
  /** `delta`, `cumulative`, or undefined where it does not apply. */
  readonly temporality: string | undefined;
  readonly monotonic: boolean | undefined;
  readonly metadata: KeyValues;
  readonly attributes: KeyValues;
  readonly startUnixNano: bigint;
  readonly timeUnixNano: bigint;
  readonly flags: number;
  readonly valueInt: bigint | undefined;
  readonly valueDouble: number | undefined;
  readonly count: bigint | undefined;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Buckets, bounds, quantiles and exemplars as OTLP/JSON text, or undefined when there are none. */
  readonly detailJson: string | undefined;
}

/** Everything that a load brings to the store. */
export interface Batch {
  readonly spans: readonly SpanRecord[];
  readonly logs: readonly LogRecordRow[];
  readonly metricPoints: readonly MetricPointRecord[];
}
