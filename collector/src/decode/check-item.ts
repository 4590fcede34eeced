/**
 * What happens to an item that breaks a rule of OTLP, the same for both encodings: a span without valid ids is refused,
 * anything else is kept without the part that is wrong, and the sender gets a reason.
 * Source: field comments of opentelemetry-proto v1.11.0 on `trace_id`, `span_id`, `parent_span_id`.
 */
import type { Exemplar, LogRecord, Span, SpanLink } from "./otlp.ts";
import { PhasewiseError } from "../errors.ts";
import { droppedCount } from "./attributes.ts";
import { MAX_ITEMS } from "./limits.ts";

const MAX_REASONS = 10;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

/** Counts and reasons of one request. */
export interface Tally {
  accepted: number;
  rejected: number;
  readonly reasons: Set<string>;
}

/** An empty tally. */
export function newTally(): Tally {
  return { accepted: 0, rejected: 0, reasons: new Set() };
}

/** Adds a sentence for the sender; of more than ten distinct ones the first ten are kept. */
export function note(tally: Tally, reason: string): void {
  if (tally.reasons.size < MAX_REASONS) tally.reasons.add(reason);
}

/** Counts items that are taken; a request of too many is refused as a whole, so that its sender learns to send smaller ones. */
export function countAccepted(tally: Tally, items: number): void {
  tally.accepted += items;
  if (tally.accepted <= MAX_ITEMS) return;
  throw new PhasewiseError(
    "BODY_TOO_LARGE",
    `Expected at most ${MAX_ITEMS} spans, log records or data points in a request, got more. Send smaller batches.`,
  );
}

/** Refuses items with a reason. */
export function reject(tally: Tally, items: number, reason: string): void {
  tally.rejected += items;
  note(tally, reason);
}

/** Whether the text is a trace id: 32 hex digits (the decoders give nothing but hex), not all zero. */
function isTraceId(id: string): boolean {
  return id.length === 32 && id !== NO_TRACE;
}

/** Whether the text is a span id: 16 hex digits (the decoders give nothing but hex), not all zero. */
function isSpanId(id: string): boolean {
  return id.length === 16 && id !== NO_SPAN;
}

/** The span as it is kept, or nothing when it was refused. Counts it either way. */
export function takeSpan(span: Span, tally: Tally): Span | undefined {
  if (!isTraceId(span.traceId)) {
    reject(tally, 1, `traceId: expected 32 hex digits that are not all zero, got ${describeId(span.traceId)}`);
    return undefined;
  }
  if (!isSpanId(span.spanId)) {
    reject(tally, 1, `spanId: expected 16 hex digits that are not all zero, got ${describeId(span.spanId)}`);
    return undefined;
  }
  countAccepted(tally, 1);
  let kept = span;
  if (span.parentSpanId !== "" && (!isSpanId(span.parentSpanId) || span.parentSpanId === span.spanId)) {
    kept = { ...kept, parentSpanId: "" };
    if (span.parentSpanId === span.spanId) note(tally, "parentSpanId: the span names itself; it was kept as a root");
    else noteLostId(tally, "parentSpanId", 16, span.parentSpanId, NO_SPAN, "the span was kept as a root");
  }
  if (span.links.length > 0 && !span.links.every(isLinkValid)) {
    const links = span.links.filter(isLinkValid);
    const lost = span.links.length - links.length;
    kept = { ...kept, links, droppedLinksCount: droppedCount(span.droppedLinksCount + lost) };
    note(tally, "links: expected valid trace and span ids; a link without them was left out, its span was kept");
  }
  return kept;
}

/** The record as it is kept: without ids that are not valid. Counts it. */
export function takeLog(record: LogRecord, tally: Tally): LogRecord {
  countAccepted(tally, 1);
  const hasTrace = isTraceId(record.traceId);
  const hasSpan = isSpanId(record.spanId);
  if ((hasTrace || record.traceId === "") && (hasSpan || record.spanId === "")) return record;
  if (!hasTrace) noteLostId(tally, "traceId", 32, record.traceId, NO_TRACE, "the log record was kept without it");
  if (!hasSpan) noteLostId(tally, "spanId", 16, record.spanId, NO_SPAN, "the log record was kept without it");
  return { ...record, traceId: hasTrace ? record.traceId : "", spanId: hasSpan ? record.spanId : "" };
}

/** The exemplar as it is kept: without ids that are not valid. */
export function takeExemplar(exemplar: Exemplar, tally: Tally): Exemplar {
  const hasTrace = isTraceId(exemplar.traceId);
  const hasSpan = isSpanId(exemplar.spanId);
  if ((hasTrace || exemplar.traceId === "") && (hasSpan || exemplar.spanId === "")) return exemplar;
  if (!hasTrace) noteLostId(tally, "traceId", 32, exemplar.traceId, NO_TRACE, "the exemplar was kept without it");
  if (!hasSpan) noteLostId(tally, "spanId", 16, exemplar.spanId, NO_SPAN, "the exemplar was kept without it");
  return { ...exemplar, traceId: hasTrace ? exemplar.traceId : "", spanId: hasSpan ? exemplar.spanId : "" };
}

function isLinkValid(link: SpanLink): boolean {
  return isTraceId(link.traceId) && isSpanId(link.spanId);
}

/** All zeros is a common way to say "none" and needs no word; another length is a mistake of the sender. */
function noteLostId(tally: Tally, field: string, digits: number, id: string, zero: string, consequence: string): void {
  if (id === "" || id === zero) return;
  note(tally, `${field}: expected ${digits} hex digits, got ${describeId(id)}; ${consequence}`);
}

function describeId(id: string): string {
  if (id === "") return "none";
  return /^0+$/.test(id) ? "all zero" : `${id.length}`;
}
