import type { HrTime, SpanContext } from "@opentelemetry/api";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";

type Json = { readonly [key: string]: unknown };

interface Scoped {
  readonly resource: { readonly attributes: Readonly<Record<string, unknown>> };
  readonly instrumentationScope: { readonly name: string; readonly version?: string; readonly schemaUrl?: string };
}

function anyValue(value: unknown): Json {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value === "object" && value !== null) {
    return { kvlistValue: { values: keyValues(value as Record<string, unknown>) } };
  }
  return {};
}

function keyValues(attributes: Readonly<Record<string, unknown>>): Json[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function nanoseconds([seconds, nanos]: HrTime): string {
  return (BigInt(seconds) * 1_000_000_000n + BigInt(nanos)).toString();
}

function ids(context: SpanContext | undefined): Json {
  return context === undefined ? {} : { traceId: context.traceId, spanId: context.spanId };
}

function spanJson(span: ReadableSpan): Json {
  const traceState = span.spanContext().traceState?.serialize();
  return {
    ...ids(span.spanContext()),
    ...(traceState && { traceState }),
    ...(span.parentSpanContext?.spanId && { parentSpanId: span.parentSpanContext.spanId }),
    name: span.name,
    // The wire counts from 1, because 0 means unspecified.
    kind: span.kind + 1,
    startTimeUnixNano: nanoseconds(span.startTime),
    endTimeUnixNano: nanoseconds(span.endTime),
    attributes: keyValues(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: nanoseconds(event.time),
      attributes: keyValues(event.attributes ?? {}),
    })),
    links: span.links.map((link) => ({ ...ids(link.context), attributes: keyValues(link.attributes ?? {}) })),
    status: { code: span.status.code, ...(span.status.message && { message: span.status.message }) },
    flags: span.spanContext().traceFlags,
  };
}

function logJson(record: ReadableLogRecord): Json {
  return {
    ...ids(record.spanContext),
    timeUnixNano: nanoseconds(record.hrTime),
    observedTimeUnixNano: nanoseconds(record.hrTimeObserved),
    ...(record.severityNumber !== undefined && { severityNumber: record.severityNumber }),
    ...(record.severityText !== undefined && { severityText: record.severityText }),
    ...(record.body !== undefined && { body: anyValue(record.body) }),
    ...(record.eventName !== undefined && { eventName: record.eventName }),
    attributes: keyValues(record.attributes),
    flags: record.spanContext?.traceFlags ?? 0,
  };
}

function grouped<T extends Scoped>(items: readonly T[]): { item: T; items: T[] }[] {
  const groups = new Map<unknown, Map<string, { item: T; items: T[] }>>();
  for (const item of items) {
    const { name, version = "", schemaUrl = "" } = item.instrumentationScope;
    const scopes = groups.get(item.resource) ?? new Map<string, { item: T; items: T[] }>();
    groups.set(item.resource, scopes);
    const key = JSON.stringify([name, version, schemaUrl]);
    const group = scopes.get(key) ?? { item, items: [] };
    scopes.set(key, group);
    group.items.push(item);
  }
  return [...groups.values()].flatMap((scopes) => Array.from(scopes.values()));
}

function scopeJson({ instrumentationScope: { name, version } }: Scoped): Json {
  return { name, ...(version && { version }) };
}

function schemaJson({ instrumentationScope: { schemaUrl } }: Scoped): Json {
  return schemaUrl ? { schemaUrl } : {};
}

/** An OTLP/JSON trace export request, encoded at once. Source: opentelemetry-proto, trace.proto and its JSON mapping. */
export function tracesJson(spans: readonly ReadableSpan[]): string {
  const resourceSpans = grouped(spans).map(({ item, items }) => ({
    resource: { attributes: keyValues(item.resource.attributes) },
    scopeSpans: [{ scope: scopeJson(item), ...schemaJson(item), spans: items.map(spanJson) }],
  }));
  return JSON.stringify({ resourceSpans });
}

/** An OTLP/JSON log export request, encoded at once. Source: opentelemetry-proto, logs.proto and its JSON mapping. */
export function logsJson(records: readonly ReadableLogRecord[]): string {
  const resourceLogs = grouped(records).map(({ item, items }) => ({
    resource: { attributes: keyValues(item.resource.attributes) },
    scopeLogs: [{ scope: scopeJson(item), ...schemaJson(item), logRecords: items.map(logJson) }],
  }));
  return JSON.stringify({ resourceLogs });
}
