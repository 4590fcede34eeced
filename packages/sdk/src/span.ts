import {
  context,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type AttributeValue,
  type Context,
  type Exception,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import {
  ATTR_CATEGORY,
  ATTR_ERROR_TYPE,
  ATTR_OUTCOME_CONFIDENCE,
  ATTR_OUTCOME_SUCCESS,
  GEN_AI_SCHEMA_URL,
  SCOPE_NAME,
  type LiveKind,
} from "@phasewise/semconv";
import { describeFailure } from "./failure.ts";
import { guard } from "./guard.ts";
import { labelsOf, mergeLabels, setLabels, type LabelsPatch } from "./labels.ts";
import { announce } from "./live.ts";
import { trackOpenSpan } from "./open-spans.ts";
import { VERSION } from "./version.ts";

/** How good the work was, which is not whether it ended without an error. */
export interface Outcome {
  readonly success?: boolean | undefined;
  /** How sure the agent is, 0 to 1. Other numbers are left out. */
  readonly confidence?: number | undefined;
  /** What kind of item was attempted: issue type, task type. */
  readonly category?: string | undefined;
}

/** What every callback gets. */
export interface SpanHandle {
  /** Trace id (32 hex digits; zeros when nothing is registered). */
  readonly traceId: string;
  /** Span id (16 hex digits; zeros when nothing is registered). */
  readonly spanId: string;
  /** States the outcome; a later call adds to or replaces an earlier one. */
  setOutcome(outcome: Outcome): void;
  /** Puts an attribute on the span. */
  setAttribute(name: string, value: AttributeValue): void;
}

/** How a span came to its end. */
export type Ending =
  | { readonly status: "succeeded" }
  | { readonly status: "failed"; readonly error?: unknown }
  | { readonly status: "cancelled" };

/** What is to be opened. */
export interface Opening {
  readonly kind: LiveKind;
  readonly spanName: string;
  readonly attributes: Attributes;
  /** Change of labels for the span and everything below it. */
  readonly labels: LabelsPatch;
  /** Attributes that cost something to find out: asked for only when the span is recorded. */
  readonly lateAttributes?: () => Attributes;
  /** Further values of the context below. */
  readonly extendContext?: (below: Context) => Context;
  /** Called when a recorded span has started. */
  readonly onStart?: (span: Span, below: Context) => (() => void) | undefined;
  /** Called just before the span ends. */
  readonly onEnd?: (span: Span, ending: Ending) => void;
}

/** An open span and the context below it. */
export interface OpenSpan {
  readonly span: Span;
  readonly context: Context;
  /** Ends the span; further calls do nothing. */
  end(ending: Ending): void;
}

let cachedTracer: Tracer | undefined;

function tracer(): Tracer {
  // A tracer that is asked for before a provider is registered finds it later by itself.
  return (cachedTracer ??= trace.getTracerProvider().getTracer(SCOPE_NAME, VERSION, { schemaUrl: GEN_AI_SCHEMA_URL }));
}

function recordEnding(span: Span, ending: Ending): void {
  if (ending.status !== "failed") return;
  if (!("error" in ending)) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: "the process ended" });
    return;
  }
  const failure = describeFailure(ending.error);
  span.setAttribute(ATTR_ERROR_TYPE, failure.type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
  guard(() => span.recordException(ending.error as Exception));
}

/** Opens a span below the active context; undefined when nothing is registered or tracing is suppressed. */
export function openSpan(opening: Opening): OpenSpan | undefined {
  const parent = context.active();
  const labels = mergeLabels(labelsOf(parent), opening.labels);
  const span = tracer().startSpan(
    opening.spanName,
    { kind: SpanKind.INTERNAL, attributes: { ...labels, ...opening.attributes } },
    parent,
  );
  if (!isSpanContextValid(span.spanContext())) return undefined;
  const labelled = setLabels(parent, labels);
  const below = trace.setSpan(opening.extendContext?.(labelled) ?? labelled, span);
  if (!span.isRecording()) return { span, context: below, end: () => {} };

  const late = guard(() => opening.lateAttributes?.()) ?? {};
  span.setAttributes(late);
  announce(span, labelled, {
    kind: opening.kind,
    name: opening.spanName,
    parentId: trace.getSpanContext(parent)?.spanId,
    attributes: { ...opening.attributes, ...late },
  });
  const onClose = opening.onStart?.(span, labelled);
  let open = true;
  const end = (ending: Ending): void => {
    if (!open) return;
    open = false;
    untrack();
    guard(() => onClose?.());
    guard(() => recordEnding(span, ending));
    guard(() => opening.onEnd?.(span, ending));
    guard(() => span.end());
  };
  const untrack = trackOpenSpan(end);
  return { span, context: below, end };
}

/** How a thrown value ends a span. */
export function endingOf(error: unknown): Ending {
  return describeFailure(error).cancelled ? { status: "cancelled" } : { status: "failed", error };
}

function setOutcome(span: Span, outcome: Outcome): void {
  const { success, confidence, category } = outcome;
  if (typeof success === "boolean") span.setAttribute(ATTR_OUTCOME_SUCCESS, success);
  if (typeof confidence === "number" && confidence >= 0 && confidence <= 1) {
    span.setAttribute(ATTR_OUTCOME_CONFIDENCE, confidence);
  }
  if (typeof category === "string" && category !== "") span.setAttribute(ATTR_CATEGORY, category);
}

/** The handle of a span; without one it does nothing. */
export function spanHandle(opened: OpenSpan | undefined): SpanHandle {
  const span = opened?.span;
  return {
    traceId: span?.spanContext().traceId ?? "0".repeat(32),
    spanId: span?.spanContext().spanId ?? "0".repeat(16),
    setOutcome(outcome: Outcome): void {
      if (span !== undefined) guard(() => setOutcome(span, outcome));
    },
    setAttribute(name: string, value: AttributeValue): void {
      guard(() => span?.setAttribute(name, value));
    },
  };
}
