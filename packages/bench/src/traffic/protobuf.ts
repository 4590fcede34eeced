/** Encodes a part of a story as an OTLP request in protobuf. Source: opentelemetry-proto v1.11.0. */
import type { ModelAttributes, ModelLog, ModelOrigin, ModelPoint, ModelSpan, ModelValue } from "./model.ts";
import { hole, idHalves, join, type Piece, solid, traceTail } from "./piece.ts";

const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const SAMPLED = 0x101;

/** `ExportTraceServiceRequest`. */
export function encodeSpans(origins: readonly ModelOrigin[], spans: readonly ModelSpan[]): Piece {
  return envelopes(origins, spans, (span) => message(2, spanFields(span)));
}

/** `ExportLogsServiceRequest`. */
export function encodeLogs(origins: readonly ModelOrigin[], logs: readonly ModelLog[]): Piece {
  return envelopes(origins, logs, (log) => message(2, logFields(log)));
}

/** `ExportMetricsServiceRequest`. Each point is a metric of its own, as delta exporters with few points send them. */
export function encodePoints(origins: readonly ModelOrigin[], points: readonly ModelPoint[]): Piece {
  return envelopes(origins, points, (point) => message(2, metricFields(point)));
}

function envelopes<Item extends { readonly origin: number }>(
  origins: readonly ModelOrigin[],
  items: readonly Item[],
  encode: (item: Item) => Piece,
): Piece {
  const parts = origins.map((origin, index) => {
    const own = items.filter((item) => item.origin === index);
    if (own.length === 0) return solid(Buffer.alloc(0));
    const scope = message(1, [text(1, origin.scope), text(2, origin.scopeVersion)]);
    return message(1, [
      message(1, attributes(1, origin.resource)),
      message(2, [scope, ...own.map(encode), text(3, "https://opentelemetry.io/schemas/1.37.0")]),
    ]);
  });
  return join(parts);
}

function spanFields(span: ModelSpan): readonly Piece[] {
  return [
    traceId(1, span.trace),
    spanId(2, span.id),
    ...(span.parent === undefined ? [] : [spanId(4, span.parent)]),
    text(5, span.name),
    integer(6, span.kind),
    time(7, span.start),
    time(8, span.end),
    ...attributes(9, span.attributes),
    ...span.events.map((event) =>
      message(11, [time(1, event.at), text(2, event.name), ...attributes(3, event.attributes)]),
    ),
    message(15, [text(2, span.message), integer(3, span.status)]),
    fixed32(16, SAMPLED),
  ];
}

function logFields(log: ModelLog): readonly Piece[] {
  return [
    time(1, log.at),
    integer(2, 9),
    text(3, "INFO"),
    message(5, [text(1, log.body)]),
    ...attributes(6, log.attributes),
    fixed32(8, 1),
    traceId(9, log.trace),
    spanId(10, log.span),
    time(11, log.at),
    text(12, log.eventName),
  ];
}

function metricFields(point: ModelPoint): readonly Piece[] {
  const numberPoint = [
    time(2, point.start),
    time(3, point.at),
    double(4, point.value),
    ...attributes(7, point.attributes),
  ];
  return [
    text(1, point.metric),
    text(3, point.unit),
    message(7, [message(1, numberPoint), integer(2, 1), integer(3, 1)]),
  ];
}

function attributes(field: number, list: ModelAttributes): readonly Piece[] {
  return list.map(([key, value]) => message(field, [text(1, key), message(2, [anyValue(value)])]));
}

function anyValue(value: ModelValue): Piece {
  if (typeof value === "string") return length(1, solid(Buffer.from(value)));
  if (typeof value === "boolean") return join([tag(2, 0), varint(value ? 1 : 0)]);
  if (typeof value === "number") return join([tag(3, 0), varint(value)]);
  if ("double" in value) return double(4, value.double);
  if ("before" in value) {
    return length(1, join([solid(Buffer.from(value.before)), hole("wordHex", 16), solid(Buffer.from(value.after))]));
  }
  return message(
    5,
    value.map((item) => message(1, [anyValue(item)])),
  );
}

function traceId(field: number, trace: number): Piece {
  return length(field, join([hole("word", 8), solid(traceTail(trace))]));
}

function spanId(field: number, number: number): Piece {
  return length(field, hole("id", 8, ...idHalves(number)));
}

function time(field: number, nanos: number): Piece {
  return join([tag(field, FIXED64), hole("time", 8, Math.floor(nanos / 2 ** 32), nanos % 2 ** 32)]);
}

function message(field: number, parts: readonly Piece[]): Piece {
  return length(field, join(parts));
}

function text(field: number, value: string): Piece {
  return value === "" ? solid(Buffer.alloc(0)) : length(field, solid(Buffer.from(value)));
}

function length(field: number, content: Piece): Piece {
  return join([tag(field, BYTES), varint(content.bytes.length), content]);
}

function integer(field: number, value: number): Piece {
  return value === 0 ? solid(Buffer.alloc(0)) : join([tag(field, 0), varint(value)]);
}

function double(field: number, value: number): Piece {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return join([tag(field, FIXED64), solid(bytes)]);
}

function fixed32(field: number, value: number): Piece {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return join([tag(field, FIXED32), solid(bytes)]);
}

function tag(field: number, wireType: number): Piece {
  return varint(field * 8 + wireType);
}

function varint(value: number): Piece {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return solid(Buffer.from(bytes));
}
