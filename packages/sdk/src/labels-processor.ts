import { trace, type Attributes, type Context, type Span, type SpanContext } from "@opentelemetry/api";
import type { LogRecordProcessor, ReadWriteLogRecord } from "@opentelemetry/sdk-logs";
import type { ReadableSpan, Span as SdkSpan, SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { ATTR_GEN_AI_REQUEST_MODEL, SCOPE_NAME } from "@phasewise/semconv";
import { guard } from "./guard.ts";
import { labelsOf, stamp } from "./labels.ts";
import { announce } from "./live.ts";

/** The Anthropic SDK's own scope; clients of other platforms append theirs (`.bedrock`). */
const ANTHROPIC_SCOPE = "com.anthropic.sdk.typescript";
const ANTHROPIC_CALL = "anthropic.messages.create";

/** The part of a started span that is read here; the same in OpenTelemetry JS 2.x and 3.x. */
interface StartedSpan extends Span {
  readonly name: string;
  readonly attributes: Attributes;
  readonly instrumentationScope: { readonly name: string };
  readonly parentSpanContext?: SpanContext;
}

function isAnthropicCall(span: StartedSpan): boolean {
  const scope = span.instrumentationScope.name;
  return span.name === ANTHROPIC_CALL && (scope === ANTHROPIC_SCOPE || scope.startsWith(`${ANTHROPIC_SCOPE}.`));
}

function onStart(span: StartedSpan, parent: Context): void {
  // Our own spans are labelled where they are made, also without this processor.
  if (span.instrumentationScope.name === SCOPE_NAME) return;
  stamp(span, labelsOf(parent));
  if (!isAnthropicCall(span)) return;
  const model = span.attributes[ATTR_GEN_AI_REQUEST_MODEL];
  announce(span, parent, {
    kind: "model_call",
    name: span.name,
    parentId: span.parentSpanContext?.spanId ?? trace.getSpanContext(parent)?.spanId,
    attributes: typeof model === "string" ? { [ATTR_GEN_AI_REQUEST_MODEL]: model } : {},
  });
}

/**
 * A span processor that puts the current run, phase, agent, session and user on every span that starts, and announces
 * model calls. `register` installs it; an application with its own tracer provider adds it to that provider.
 */
export function labelsSpanProcessor(): SpanProcessor {
  return {
    onStart(span: SdkSpan, parent: Context): void {
      guard(() => onStart(span as unknown as StartedSpan, parent));
    },
    onEnd(_span: ReadableSpan): void {},
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** A log processor that puts the same labels on every log record. */
export function labelsLogProcessor(): LogRecordProcessor {
  return {
    onEmit(record: ReadWriteLogRecord, within?: Context): void {
      // Our own records are made with the labels.
      if (record.instrumentationScope.name === SCOPE_NAME) return;
      guard(() => {
        const { attributes } = record;
        const labels = labelsOf(within);
        for (const name in labels) {
          if (attributes[name] === undefined) record.setAttribute(name, labels[name]);
        }
      });
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
