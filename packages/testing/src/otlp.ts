/**
 * Builders of OTLP/JSON payloads for tests. Ids are hex, 64-bit integers are decimal strings, as the OTLP/JSON
 * encoding wants them (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
 */

/** A value of `AnyValue` in OTLP/JSON. */
export type JsonAnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string | number }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly JsonAnyValue[] } };

/** One attribute in OTLP/JSON. */
export interface JsonKeyValue {
  readonly key: string;
  readonly value: JsonAnyValue;
}

/** Attributes as a test writes them. Whole numbers become `intValue`, others `doubleValue`. */
export type AttributeValues = Readonly<Record<string, string | number | bigint | boolean | readonly string[]>>;

/** A span in OTLP/JSON. */
export interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 INTERNAL, 2 SERVER, 3 CLIENT. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly JsonKeyValue[];
  readonly events?: readonly {
    readonly timeUnixNano: string;
    readonly name: string;
    readonly attributes?: readonly JsonKeyValue[];
  }[];
  /** Code: 0 UNSET, 1 OK, 2 ERROR. */
  readonly status?: { readonly code?: number; readonly message?: string };
}

/** A log record in OTLP/JSON. */
export interface JsonLogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano?: string;
  readonly severityNumber?: number;
  readonly eventName?: string;
  readonly body?: JsonAnyValue;
  readonly attributes?: readonly JsonKeyValue[];
  readonly traceId?: string;
  readonly spanId?: string;
}

/** A metric in OTLP/JSON. */
export interface JsonMetric {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: {
    readonly dataPoints: readonly JsonNumberPoint[];
    /** 1 DELTA, 2 CUMULATIVE. */
    readonly aggregationTemporality: number;
    readonly isMonotonic: boolean;
  };
  readonly gauge?: { readonly dataPoints: readonly JsonNumberPoint[] };
  readonly histogram?: unknown;
}

/** A point of a sum or a gauge in OTLP/JSON. */
export interface JsonNumberPoint {
  readonly attributes?: readonly JsonKeyValue[];
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano: string;
  readonly asInt?: string;
  readonly asDouble?: number;
}

interface JsonResource {
  readonly attributes: readonly JsonKeyValue[];
}
interface JsonScope {
  readonly name: string;
  readonly version?: string;
}

/** Body of `POST /v1/traces`. */
export interface TracesPayload {
  readonly resourceSpans: readonly {
    readonly resource: JsonResource;
    readonly scopeSpans: readonly { readonly scope: JsonScope; readonly spans: readonly JsonSpan[] }[];
  }[];
}

/** Body of `POST /v1/logs`. */
export interface LogsPayload {
  readonly resourceLogs: readonly {
    readonly resource: JsonResource;
    readonly scopeLogs: readonly { readonly scope: JsonScope; readonly logRecords: readonly JsonLogRecord[] }[];
  }[];
}

/** Body of `POST /v1/metrics`. */
export interface MetricsPayload {
  readonly resourceMetrics: readonly {
    readonly resource: JsonResource;
    readonly scopeMetrics: readonly { readonly scope: JsonScope; readonly metrics: readonly JsonMetric[] }[];
  }[];
}

/** Where telemetry comes from. */
export interface Origin {
  /** Resource attributes; default `service.name=test`. */
  readonly resource?: AttributeValues;
  readonly scope?: string;
  readonly scopeVersion?: string;
}

/** Attributes in OTLP/JSON. */
export function toKeyValues(values: AttributeValues): readonly JsonKeyValue[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

function toAnyValue(value: AttributeValues[string]): JsonAnyValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint") return { intValue: String(value) };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } };
}

/** One span as a test describes it. */
export interface SpanDescription {
  /** 32 hex digits, or a small number that is padded to them. */
  readonly trace: string | number;
  /** 16 hex digits, or a small number that is padded to them. */
  readonly id: string | number;
  readonly parent?: string | number;
  readonly name: string;
  readonly kind?: "internal" | "server" | "client";
  readonly startUnixMs: number;
  readonly durationMs?: number;
  readonly attributes?: AttributeValues;
  readonly status?: "unset" | "ok" | "error";
  readonly message?: string;
}

/** A span in OTLP/JSON. */
export function toSpan(description: SpanDescription): JsonSpan {
  const { parent, durationMs = 1, kind = "internal", status = "unset" } = description;
  return {
    traceId: toId(description.trace, 32),
    spanId: toId(description.id, 16),
    ...(parent === undefined ? {} : { parentSpanId: toId(parent, 16) }),
    name: description.name,
    kind: { internal: 1, server: 2, client: 3 }[kind],
    startTimeUnixNano: toUnixNano(description.startUnixMs),
    endTimeUnixNano: toUnixNano(description.startUnixMs + durationMs),
    attributes: toKeyValues(description.attributes ?? {}),
    status: {
      code: { unset: 0, ok: 1, error: 2 }[status],
      ...(description.message === undefined ? {} : { message: description.message }),
    },
  };
}

/** One log record as a test describes it. */
export interface LogDescription {
  readonly atUnixMs: number;
  readonly eventName?: string;
  readonly body?: string;
  readonly severity?: number;
  readonly trace?: string | number;
  readonly span?: string | number;
  readonly attributes?: AttributeValues;
}

/** A log record in OTLP/JSON. */
export function toLogRecord(description: LogDescription): JsonLogRecord {
  const { eventName, body, severity, trace, span } = description;
  return {
    timeUnixNano: toUnixNano(description.atUnixMs),
    observedTimeUnixNano: toUnixNano(description.atUnixMs),
    ...(severity === undefined ? {} : { severityNumber: severity }),
    ...(eventName === undefined ? {} : { eventName }),
    ...(body === undefined ? {} : { body: { stringValue: body } }),
    ...(trace === undefined ? {} : { traceId: toId(trace, 32) }),
    ...(span === undefined ? {} : { spanId: toId(span, 16) }),
    attributes: toKeyValues(description.attributes ?? {}),
  };
}

/** One point of a counter as a test describes it. */
export interface CounterDescription {
  readonly name: string;
  readonly unit?: string;
  readonly temporality?: "delta" | "cumulative";
  readonly startUnixMs: number;
  readonly atUnixMs: number;
  readonly value: number;
  readonly attributes?: AttributeValues;
}

/** A counter with one point in OTLP/JSON. */
export function toCounter(description: CounterDescription): JsonMetric {
  const { unit, temporality = "delta" } = description;
  const point: JsonNumberPoint = {
    attributes: toKeyValues(description.attributes ?? {}),
    startTimeUnixNano: toUnixNano(description.startUnixMs),
    timeUnixNano: toUnixNano(description.atUnixMs),
    asDouble: description.value,
  };
  return {
    name: description.name,
    ...(unit === undefined ? {} : { unit }),
    sum: { dataPoints: [point], aggregationTemporality: temporality === "delta" ? 1 : 2, isMonotonic: true },
  };
}

/** A traces payload of one resource and one scope. */
export function tracesPayload(origin: Origin, spans: readonly SpanDescription[]): TracesPayload {
  return {
    resourceSpans: [
      { resource: toResource(origin), scopeSpans: [{ scope: toScope(origin), spans: spans.map(toSpan) }] },
    ],
  };
}

/** A logs payload of one resource and one scope. */
export function logsPayload(origin: Origin, logs: readonly LogDescription[]): LogsPayload {
  return {
    resourceLogs: [
      { resource: toResource(origin), scopeLogs: [{ scope: toScope(origin), logRecords: logs.map(toLogRecord) }] },
    ],
  };
}

/** A metrics payload of one resource and one scope. */
export function metricsPayload(origin: Origin, counters: readonly CounterDescription[]): MetricsPayload {
  return {
    resourceMetrics: [
      { resource: toResource(origin), scopeMetrics: [{ scope: toScope(origin), metrics: counters.map(toCounter) }] },
    ],
  };
}

/** Milliseconds since 1970 as the decimal text of nanoseconds, to the microsecond. */
export function toUnixNano(unixMs: number): string {
  return String(BigInt(Math.round(unixMs * 1000)) * 1000n);
}

function toId(id: string | number, digits: number): string {
  return typeof id === "string" ? id : id.toString(16).padStart(digits, "0");
}

function toResource(origin: Origin): JsonResource {
  return { attributes: toKeyValues(origin.resource ?? { "service.name": "test" }) };
}

function toScope(origin: Origin): JsonScope {
  const name = origin.scope ?? "test";
  return origin.scopeVersion === undefined ? { name } : { name, version: origin.scopeVersion };
}
