/** ExportTraceServiceRequest. Source: opentelemetry/proto/trace/v1, v1.11.0. */
import { type AttributeDraft, NO_ATTRIBUTES, droppedCount } from "../attributes.ts";
import { type Tally, takeSpan } from "../check-item.ts";
import { MAX_EVENTS, MAX_LINKS } from "../limits.ts";
import type { Envelope, Span, SpanEvent, SpanLink } from "../otlp.ts";
import { readAttribute, readEnvelopes } from "./common.ts";
import { BYTES, FIXED32, FIXED64, type Reader, VARINT, fieldSet } from "./reader.ts";

const SPAN_FIELDS = fieldSet(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
const EVENT_FIELDS = fieldSet(1, 2, 3, 4);
const LINK_FIELDS = fieldSet(1, 2, 3, 4, 5, 6);
const STATUS_FIELDS = fieldSet(2, 3);
const NO_EVENTS: readonly SpanEvent[] = [];
const NO_LINKS: readonly SpanLink[] = [];

/** The spans of a body. */
export function readTraces(reader: Reader, tally: Tally): Envelope<Span>[] {
  return readEnvelopes(reader, (inner) => takeSpan(readSpan(inner), tally));
}

interface SpanDraft extends AttributeDraft {
  statusCode: number;
  statusMessage: string;
}

function readSpan(reader: Reader): Span {
  const outer = reader.enter();
  const draft: SpanDraft = { map: undefined, dropped: 0, statusCode: 0, statusMessage: "" };
  let traceId = "";
  let spanId = "";
  let traceState = "";
  let parentSpanId = "";
  let name = "";
  let kind = 0;
  let startTimeUnixNano = 0n;
  let endTimeUnixNano = 0n;
  let flags = 0;
  let dropped = 0;
  let events: SpanEvent[] | undefined;
  let droppedEvents = 0;
  let excessEvents = 0;
  let links: SpanLink[] | undefined;
  let droppedLinks = 0;
  let excessLinks = 0;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    if (tag === ((9 << 3) | BYTES)) readAttribute(reader, draft);
    else if (tag === ((1 << 3) | BYTES)) traceId = reader.hex();
    else if (tag === ((2 << 3) | BYTES)) spanId = reader.hex();
    else if (tag === ((3 << 3) | BYTES)) traceState = reader.text();
    else if (tag === ((4 << 3) | BYTES)) parentSpanId = reader.hex();
    else if (tag === ((5 << 3) | BYTES)) name = reader.text();
    else if (tag === ((6 << 3) | VARINT)) kind = reader.int32();
    else if (tag === ((7 << 3) | FIXED64)) startTimeUnixNano = reader.fixed64();
    else if (tag === ((8 << 3) | FIXED64)) endTimeUnixNano = reader.fixed64();
    else if (tag === ((10 << 3) | VARINT)) dropped = reader.uint32();
    else if (tag === ((11 << 3) | BYTES)) {
      const event = readEvent(reader);
      events ??= [];
      if (events.length < MAX_EVENTS) events.push(event);
      else excessEvents++;
    } else if (tag === ((12 << 3) | VARINT)) droppedEvents = reader.uint32();
    else if (tag === ((13 << 3) | BYTES)) {
      const link = readLink(reader);
      links ??= [];
      if (links.length < MAX_LINKS) links.push(link);
      else excessLinks++;
    } else if (tag === ((14 << 3) | VARINT)) droppedLinks = reader.uint32();
    else if (tag === ((15 << 3) | BYTES)) readStatus(reader, draft);
    else if (tag === ((16 << 3) | FIXED32)) flags = reader.fixed32();
    else reader.skip(tag, SPAN_FIELDS);
  }
  reader.leave(outer);
  return {
    traceId,
    spanId,
    parentSpanId,
    traceState,
    flags,
    name,
    kind,
    startTimeUnixNano,
    endTimeUnixNano,
    attributes: draft.map ?? NO_ATTRIBUTES,
    droppedAttributesCount: droppedCount(dropped + draft.dropped),
    events: events ?? NO_EVENTS,
    droppedEventsCount: droppedCount(droppedEvents + excessEvents),
    links: links ?? NO_LINKS,
    droppedLinksCount: droppedCount(droppedLinks + excessLinks),
    statusCode: draft.statusCode,
    statusMessage: draft.statusMessage,
  };
}

function readStatus(reader: Reader, draft: SpanDraft): void {
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((2 << 3) | BYTES)) draft.statusMessage = reader.text();
    else if (tag === ((3 << 3) | VARINT)) draft.statusCode = reader.int32();
    else reader.skip(tag, STATUS_FIELDS);
  }
  reader.leave(outer);
}

function readEvent(reader: Reader): SpanEvent {
  const outer = reader.enter();
  const draft: AttributeDraft = { map: undefined, dropped: 0 };
  let timeUnixNano = 0n;
  let name = "";
  let dropped = 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | FIXED64)) timeUnixNano = reader.fixed64();
    else if (tag === ((2 << 3) | BYTES)) name = reader.text();
    else if (tag === ((3 << 3) | BYTES)) readAttribute(reader, draft);
    else if (tag === ((4 << 3) | VARINT)) dropped = reader.uint32();
    else reader.skip(tag, EVENT_FIELDS);
  }
  reader.leave(outer);
  return {
    timeUnixNano,
    name,
    attributes: draft.map ?? NO_ATTRIBUTES,
    droppedAttributesCount: droppedCount(dropped + draft.dropped),
  };
}

function readLink(reader: Reader): SpanLink {
  const outer = reader.enter();
  const draft: AttributeDraft = { map: undefined, dropped: 0 };
  let traceId = "";
  let spanId = "";
  let traceState = "";
  let dropped = 0;
  let flags = 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) traceId = reader.hex();
    else if (tag === ((2 << 3) | BYTES)) spanId = reader.hex();
    else if (tag === ((3 << 3) | BYTES)) traceState = reader.text();
    else if (tag === ((4 << 3) | BYTES)) readAttribute(reader, draft);
    else if (tag === ((5 << 3) | VARINT)) dropped = reader.uint32();
    else if (tag === ((6 << 3) | FIXED32)) flags = reader.fixed32();
    else reader.skip(tag, LINK_FIELDS);
  }
  reader.leave(outer);
  return {
    traceId,
    spanId,
    traceState,
    attributes: draft.map ?? NO_ATTRIBUTES,
    droppedAttributesCount: droppedCount(dropped + draft.dropped),
    flags,
  };
}
