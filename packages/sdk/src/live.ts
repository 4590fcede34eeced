import {
  context as contextApi,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
} from "@opentelemetry/api";
import { logs, SeverityNumber, type Logger } from "@opentelemetry/api-logs";
import {
  ATTR_SPAN_KIND,
  ATTR_SPAN_NAME,
  ATTR_SPAN_PARENT_ID,
  EVENT_HEARTBEAT,
  EVENT_SPAN_STARTED,
  GEN_AI_SCHEMA_URL,
  SCOPE_NAME,
  type LiveKind,
} from "@phasewise/semconv";
import { guard } from "./guard.ts";
import { labelsOf, type Labels } from "./labels.ts";
import { currentOptions } from "./state.ts";
import { VERSION } from "./version.ts";

/** What a started event says. */
export interface Started {
  readonly kind: LiveKind;
  readonly name: string;
  /** Span id of the parent, undefined for a root. */
  readonly parentId: string | undefined;
  /** Run attributes or the model, where known at the start. */
  readonly attributes: Attributes;
}

interface OpenRun {
  readonly context: Context;
  readonly labels: Labels;
}

let cachedLogger: Logger | undefined;

function logger(): Logger {
  // A logger that is asked for before a provider is registered finds it later by itself.
  return (cachedLogger ??= logs.getLogger(SCOPE_NAME, VERSION, { schemaUrl: GEN_AI_SCHEMA_URL }));
}

/** Says that a span has started. The record carries the span's own ids and the labels of its context. */
export function announce(span: Span, within: Context, started: Started): void {
  if (!currentOptions().live || (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
  guard(() =>
    logger().emit({
      eventName: EVENT_SPAN_STARTED,
      severityNumber: SeverityNumber.INFO,
      context: trace.setSpan(within, span),
      attributes: {
        ...labelsOf(within),
        ...started.attributes,
        [ATTR_SPAN_KIND]: started.kind,
        [ATTR_SPAN_NAME]: started.name,
        ...(started.parentId !== undefined && { [ATTR_SPAN_PARENT_ID]: started.parentId }),
      },
    }),
  );
}

const openRuns = new Set<OpenRun>();
let timer: NodeJS.Timeout | undefined;

function beat(): void {
  for (const run of openRuns) {
    guard(() =>
      logger().emit({
        eventName: EVENT_HEARTBEAT,
        severityNumber: SeverityNumber.INFO,
        context: run.context,
        attributes: { ...run.labels },
      }),
    );
  }
}

/**
 * Sends heartbeats of a run until the returned function is called. One timer serves all runs, and it does not keep
 * the process alive.
 */
export function startHeartbeat(span: Span, within: Context): () => void {
  const options = currentOptions();
  if (!options.live || (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return () => {};
  const run: OpenRun = { context: trace.setSpan(within, span), labels: labelsOf(within) };
  openRuns.add(run);
  // Outside the run's context, or the timer would hold on to the context of the first run for ever.
  timer ??= contextApi.with(ROOT_CONTEXT, () => setInterval(beat, options.heartbeatInterval).unref());
  return () => {
    openRuns.delete(run);
    if (openRuns.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
