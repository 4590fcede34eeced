import { ATTR_GEN_AI_REQUEST_MODEL, LIVE_KINDS } from "@phasewise/semconv";
import type { Span } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import type { Announcement, SpanOperation } from "../../records.ts";

const SPAN_TYPE = "logfire.span_type";
const PENDING_SPAN = "pending_span";
const PENDING_PARENT_ID = "logfire.pending_parent_id";
const NO_PARENT = "0000000000000000";

/** Whether the span only tells that another one has started. It has an id of its own, and the other one as its parent. */
export function isPending(span: Span): boolean {
  return span.attributes.get(SPAN_TYPE) === PENDING_SPAN;
}

/** The span that a pending one stands for; undefined when it does not say which, or when it is nothing that is watched. */
export function readAnnouncement(span: Span, operation: SpanOperation): Announcement | undefined {
  if (span.parentSpanId === "" || !LIVE_KINDS.some((kind) => kind === operation)) return undefined;
  const parent = readText(span.attributes, PENDING_PARENT_ID);
  return {
    spanId: span.parentSpanId,
    live: {
      type: "started",
      kind: operation,
      name: span.name,
      parentSpanId: parent === undefined || parent === NO_PARENT ? "" : parent,
      model: readText(span.attributes, ATTR_GEN_AI_REQUEST_MODEL),
    },
  };
}
