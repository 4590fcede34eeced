/**
 * The decoded shapes: OTLP 1.11 field for field, the same whether the body was protobuf or JSON.
 * Source: opentelemetry-proto v1.11.0, opentelemetry/proto/{common,resource,trace,logs,metrics}/v1.
 * Ids are lower-case hex; times are nanoseconds since 1970 as bigint; an absent field has the protobuf default.
 */

/** The three signals that OTLP carries to us. */
export type Signal = "traces" | "logs" | "metrics";

/** How a body is written. */
export type Encoding = "protobuf" | "json";

/**
 * One attribute value. An integer is a bigint and a double a number, so the two never mix;
 * `undefined` is the AnyValue that has no value set.
 */
export type AnyValue = string | boolean | bigint | number | Uint8Array | readonly AnyValue[] | KeyValues | undefined;

/** Attributes by key; of duplicate keys the last one wins. */
export type KeyValues = ReadonlyMap<string, AnyValue>;

export interface Resource {
  readonly attributes: KeyValues;
  readonly droppedAttributesCount: number;
  readonly schemaUrl: string;
}

export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly attributes: KeyValues;
  readonly droppedAttributesCount: number;
  readonly schemaUrl: string;
}

export interface SpanEvent {
  readonly timeUnixNano: bigint;
  readonly name: string;
  readonly attributes: KeyValues;
  readonly droppedAttributesCount: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: KeyValues;
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

export interface Span {
  /** 32 hex digits, not all zero. */
  readonly traceId: string;
  /** 16 hex digits, not all zero. */
  readonly spanId: string;
  /** 16 hex digits, or empty for a root. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  /** 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: KeyValues;
  readonly droppedAttributesCount: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly statusMessage: string;
}

export interface LogRecord {
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AnyValue;
  readonly attributes: KeyValues;
  readonly droppedAttributesCount: number;
  readonly flags: number;
  /** Empty when the record belongs to no trace. */
  readonly traceId: string;
  readonly spanId: string;
  readonly eventName: string;
}

export interface Exemplar {
  readonly filteredAttributes: KeyValues;
  readonly timeUnixNano: bigint;
  readonly value: number | bigint | undefined;
  readonly spanId: string;
  readonly traceId: string;
}

interface PointBase {
  readonly attributes: KeyValues;
  readonly startTimeUnixNano: bigint;
  readonly timeUnixNano: bigint;
  readonly flags: number;
}

export interface NumberPoint extends PointBase {
  /** A bigint for `as_int`, a number for `as_double`. */
  readonly value: number | bigint | undefined;
  readonly exemplars: readonly Exemplar[];
}

export interface HistogramPoint extends PointBase {
  readonly count: bigint;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly bucketCounts: readonly bigint[];
  readonly explicitBounds: readonly number[];
  readonly exemplars: readonly Exemplar[];
}

export interface ExponentialBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly bigint[];
}

export interface ExponentialHistogramPoint extends PointBase {
  readonly count: bigint;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly scale: number;
  readonly zeroCount: bigint;
  readonly zeroThreshold: number;
  readonly positive: ExponentialBuckets | undefined;
  readonly negative: ExponentialBuckets | undefined;
  readonly exemplars: readonly Exemplar[];
}

export interface SummaryPoint extends PointBase {
  readonly count: bigint;
  readonly sum: number;
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
}

interface MetricBase {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly metadata: KeyValues;
}

/** 0 unspecified, 1 delta, 2 cumulative. */
export type Temporality = number;

export type Metric = MetricBase &
  (
    | { readonly type: "gauge"; readonly points: readonly NumberPoint[] }
    | {
        readonly type: "sum";
        readonly points: readonly NumberPoint[];
        readonly temporality: Temporality;
        readonly monotonic: boolean;
      }
    | { readonly type: "histogram"; readonly points: readonly HistogramPoint[]; readonly temporality: Temporality }
    | {
        readonly type: "exponential_histogram";
        readonly points: readonly ExponentialHistogramPoint[];
        readonly temporality: Temporality;
      }
    | { readonly type: "summary"; readonly points: readonly SummaryPoint[] }
  );

/** One resource and scope with what it sent: the envelope that all three signals share. */
export interface Envelope<Item> {
  readonly resource: Resource;
  readonly scope: Scope;
  readonly items: readonly Item[];
}

/** A whole decoded request. `rejected` counts items left out, with the reasons for the sender. */
export type DecodedRequest = (
  | { readonly signal: "traces"; readonly envelopes: readonly Envelope<Span>[] }
  | { readonly signal: "logs"; readonly envelopes: readonly Envelope<LogRecord>[] }
  | { readonly signal: "metrics"; readonly envelopes: readonly Envelope<Metric>[] }
) & {
  /** Items (spans, log records, data points) that were taken. */
  readonly accepted: number;
  /** Items that were refused, each with a reason in `reasons`. */
  readonly rejected: number;
  /** At most ten distinct sentences: what was expected, what came. */
  readonly reasons: readonly string[];
};
