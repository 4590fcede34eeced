/** ExportTraceServiceRequest of OTLP/JSON. Source: opentelemetry/proto/trace/v1, v1.11.0. */
import { droppedCount } from "../attributes.ts";
import { reject, takeSpan } from "../check-item.ts";
import { MAX_EVENTS, MAX_LINKS } from "../limits.ts";
import type { Envelope, Span, SpanEvent, SpanLink } from "../otlp.ts";
import { attributesField, readEnvelopes } from "./common.ts";
import {
  type Context,
  type JsonObject,
  complain,
  enumField,
  idField,
  isObject,
  objectField,
  objectList,
  takeProblem,
  textField,
  uint32Field,
  uint64Field,
} from "./fields.ts";

const KINDS: ReadonlyMap<string, number> = new Map(
  ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"].map((name, index) => [
    `SPAN_KIND_${name}`,
    index,
  ]),
);
const STATUS_CODES: ReadonlyMap<string, number> = new Map([
  ["STATUS_CODE_UNSET", 0],
  ["STATUS_CODE_OK", 1],
  ["STATUS_CODE_ERROR", 2],
]);

/** The spans of a parsed body. */
export function readTraces(context: Context, request: JsonObject): Envelope<Span>[] {
  const fields = { resources: "resourceSpans", scopes: "scopeSpans", items: "spans" };
  return readEnvelopes(context, request, fields, (raw) => {
    const span = readSpan(context, raw);
    const problem = takeProblem(context);
    if (span !== undefined && problem === undefined) return takeSpan(span, context.tally);
    reject(context.tally, 1, problem ?? "spans: expected an object");
    return undefined;
  });
}

function readSpan(context: Context, raw: unknown): Span | undefined {
  if (!isObject(raw)) {
    complain(context, "spans", "an array of objects", raw);
    return undefined;
  }
  const { attributes, droppedAttributesCount } = attributesField(context, raw);
  const events = objectList(context, raw, "events");
  const links = objectList(context, raw, "links");
  const status = objectField(context, raw, "status");
  return {
    traceId: idField(context, raw, "traceId"),
    spanId: idField(context, raw, "spanId"),
    parentSpanId: idField(context, raw, "parentSpanId"),
    traceState: textField(context, raw, "traceState"),
    flags: uint32Field(context, raw, "flags"),
    name: textField(context, raw, "name"),
    kind: enumField(context, raw, "kind", KINDS),
    startTimeUnixNano: uint64Field(context, raw, "startTimeUnixNano"),
    endTimeUnixNano: uint64Field(context, raw, "endTimeUnixNano"),
    attributes,
    droppedAttributesCount,
    events: events.slice(0, MAX_EVENTS).map((event) => readEvent(context, event)),
    droppedEventsCount: droppedCount(
      uint32Field(context, raw, "droppedEventsCount") + Math.max(0, events.length - MAX_EVENTS),
    ),
    links: links.slice(0, MAX_LINKS).map((link) => readLink(context, link)),
    droppedLinksCount: droppedCount(
      uint32Field(context, raw, "droppedLinksCount") + Math.max(0, links.length - MAX_LINKS),
    ),
    statusCode: enumField(context, status, "code", STATUS_CODES),
    statusMessage: textField(context, status, "message"),
  };
}

function readEvent(context: Context, raw: JsonObject): SpanEvent {
  return {
    timeUnixNano: uint64Field(context, raw, "timeUnixNano"),
    name: textField(context, raw, "name"),
    ...attributesField(context, raw),
  };
}

function readLink(context: Context, raw: JsonObject): SpanLink {
  return {
    traceId: idField(context, raw, "traceId"),
    spanId: idField(context, raw, "spanId"),
    traceState: textField(context, raw, "traceState"),
    ...attributesField(context, raw),
    flags: uint32Field(context, raw, "flags"),
  };
}
