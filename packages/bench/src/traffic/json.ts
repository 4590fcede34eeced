/** Encodes a part of a story as an OTLP request in JSON. Holes are marked in the text and found again afterwards. */
import type { ModelAttributes, ModelLog, ModelOrigin, ModelPoint, ModelSpan, ModelValue } from "./model.ts";
import { hole, idHalves, join, type Piece, solid, traceTail } from "./piece.ts";

// Characters that occur in no text of a story. Each mark holds what its hole needs.
const OPEN = "\uE000";
const CLOSE = "\uE001";

/** `ExportTraceServiceRequest`. */
export function encodeSpansJson(origins: readonly ModelOrigin[], spans: readonly ModelSpan[]): Piece {
  return toPiece({ resourceSpans: envelopes(origins, spans, "scopeSpans", "spans", spanJson) });
}

/** `ExportLogsServiceRequest`. */
export function encodeLogsJson(origins: readonly ModelOrigin[], logs: readonly ModelLog[]): Piece {
  return toPiece({ resourceLogs: envelopes(origins, logs, "scopeLogs", "logRecords", logJson) });
}

/** `ExportMetricsServiceRequest`. */
export function encodePointsJson(origins: readonly ModelOrigin[], points: readonly ModelPoint[]): Piece {
  return toPiece({ resourceMetrics: envelopes(origins, points, "scopeMetrics", "metrics", metricJson) });
}

function envelopes<Item extends { readonly origin: number }>(
  origins: readonly ModelOrigin[],
  items: readonly Item[],
  scopes: string,
  name: string,
  encode: (item: Item) => unknown,
): readonly unknown[] {
  return origins.flatMap((origin, index) => {
    const own = items.filter((item) => item.origin === index);
    if (own.length === 0) return [];
    const scope = { name: origin.scope, version: origin.scopeVersion };
    return [{ resource: { attributes: attributes(origin.resource) }, [scopes]: [{ scope, [name]: own.map(encode) }] }];
  });
}

function spanJson(span: ModelSpan): unknown {
  return {
    traceId: traceId(span.trace),
    spanId: spanId(span.id),
    ...(span.parent === undefined ? {} : { parentSpanId: spanId(span.parent) }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: time(span.start),
    endTimeUnixNano: time(span.end),
    attributes: attributes(span.attributes),
    events: span.events.map((event) => ({
      timeUnixNano: time(event.at),
      name: event.name,
      attributes: attributes(event.attributes),
    })),
    status: { code: span.status, ...(span.message === "" ? {} : { message: span.message }) },
  };
}

function logJson(log: ModelLog): unknown {
  return {
    timeUnixNano: time(log.at),
    observedTimeUnixNano: time(log.at),
    severityNumber: 9,
    severityText: "INFO",
    body: { stringValue: log.body },
    attributes: attributes(log.attributes),
    traceId: traceId(log.trace),
    spanId: spanId(log.span),
    ...(log.eventName === "" ? {} : { eventName: log.eventName }),
  };
}

function metricJson(point: ModelPoint): unknown {
  const dataPoint = {
    attributes: attributes(point.attributes),
    startTimeUnixNano: time(point.start),
    timeUnixNano: time(point.at),
    asDouble: point.value,
  };
  const sum = { dataPoints: [dataPoint], aggregationTemporality: 1, isMonotonic: true };
  return { name: point.metric, unit: point.unit, sum };
}

function attributes(list: ModelAttributes): readonly unknown[] {
  return list.map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: ModelValue): unknown {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return { intValue: String(value) };
  if ("double" in value) return { doubleValue: value.double };
  if ("before" in value) return { stringValue: `${value.before}${OPEN}w${CLOSE}${value.after}` };
  return { arrayValue: { values: value.map(anyValue) } };
}

function traceId(trace: number): string {
  return `${OPEN}w${CLOSE}${traceTail(trace).toString("hex")}`;
}

function spanId(number: number): string {
  return `${OPEN}i${idHalves(number).join(",")}${CLOSE}`;
}

function time(nanos: number): string {
  return `${OPEN}t${nanos}${CLOSE}`;
}

function toPiece(request: unknown): Piece {
  const parts = JSON.stringify(request).split(new RegExp(`[${OPEN}${CLOSE}]`, "u"));
  return join(parts.map((part, index) => (index % 2 === 0 ? solid(Buffer.from(part)) : markedHole(part))));
}

function markedHole(mark: string): Piece {
  const [first = 0, second = 0] = mark.slice(1).split(",").map(Number);
  if (mark.startsWith("w")) return hole("wordHex", 16);
  if (mark.startsWith("i")) return hole("idHex", 16, first, second);
  return hole("timeText", 19, Math.floor(first / 2 ** 32), first % 2 ** 32);
}
