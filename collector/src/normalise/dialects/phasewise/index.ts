/**
 * Handles: what `@phasewise/sdk` writes: spans of runs, phases, agents and tools, `chat` spans for Anthropic SDKs that
 * write none themselves, and the log events that tell of a span before it ends.
 * Reference: `@phasewise/semconv`, `src/phasewise.ts`.
 * Recognised by: scope `@phasewise/sdk`; log records also by the name of the event, so that programs in other languages
 * can send them.
 * Produces: `run`, `phase`, `agent`, `tool_call`, `model_call` with a call; live readings. A run that states no id is
 * known by `<trace id>/<span id>`.
 *
 * A phase label is on every span below the phase, so it does not make a phase: the span's own kind or name does.
 */
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_TOOL_CALL_ID,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_SPAN_KIND,
  ATTR_SPAN_NAME,
  ATTR_SPAN_PARENT_ID,
  EVENT_HEARTBEAT,
  EVENT_SPAN_STARTED,
  OPERATIONS,
  SCOPE_NAME,
} from "@phasewise/semconv";
import type { LogRecord, Span } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import { readGenAiCall } from "../../gen-ai-call.ts";
import { readLabels } from "../../labels.ts";
import { readOwnFacts } from "../../own-facts.ts";
import type { LiveReading, SpanOperation } from "../../records.ts";
import { runLabels } from "../../run-labels.ts";
import { readFailure } from "../../span-failure.ts";
import type { Dialect, ReadContext } from "../dialect.ts";

const RANK = 40;
const PHASE_NAME_PREFIX = "phase ";
const ATTR_EVENT_NAME = "event.name";

const OPERATIONS_BY_NAME: ReadonlyMap<string, SpanOperation> = new Map([
  [OPERATIONS.invokeWorkflow, "run"],
  [OPERATIONS.invokeAgent, "agent"],
  [OPERATIONS.executeTool, "tool_call"],
  [OPERATIONS.chat, "model_call"],
]);

/** Telemetry of our own SDK. */
export const phasewise: Dialect = {
  id: "phasewise",
  title: "Phasewise SDK",
  reference: "packages/semconv/src/phasewise.ts",
  versions: "@phasewise/sdk 0.1",
  recognisesSpan: (_span, { scope }) => scope.name === SCOPE_NAME,
  readSpan(span, { resource }) {
    const { attributes } = span;
    const failure = readFailure(span);
    const operation = operationOf(span);
    const labels = readLabels(attributes, resource);
    return {
      operation,
      labels: operation === "run" ? runLabels(span, labels) : labels,
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: readText(attributes, ATTR_GEN_AI_TOOL_NAME),
      toolCallId: readText(attributes, ATTR_GEN_AI_TOOL_CALL_ID),
      evidence:
        operation === "model_call"
          ? readGenAiCall(span, failure, {
              scope: "call",
              rank: RANK,
              inputMeaning: "inclusive",
              status: failure.failed ? "error" : "ok",
            })
          : undefined,
    };
  },
  recognisesLog: (log, { scope }) => scope.name === SCOPE_NAME || isLiveEvent(eventNameOf(log)),
  readLog: (log, context) => ({
    labels: readLabels(log.attributes, context.resource),
    live: readLive(log, context),
  }),
};

function operationOf(span: Span): SpanOperation {
  const operation = OPERATIONS_BY_NAME.get(readText(span.attributes, ATTR_GEN_AI_OPERATION_NAME) ?? "");
  if (operation !== undefined) return operation;
  return span.name.startsWith(PHASE_NAME_PREFIX) ? "phase" : "other";
}

function readLive(log: LogRecord, { resource }: ReadContext): LiveReading | undefined {
  // An event that names no span tells nothing of one.
  if (log.traceId === "" || log.spanId === "") return undefined;
  const eventName = eventNameOf(log);
  if (eventName === EVENT_HEARTBEAT) return { type: "heartbeat" };
  if (eventName !== EVENT_SPAN_STARTED) return undefined;
  const { attributes } = log;
  const kind = readText(attributes, ATTR_SPAN_KIND);
  const name = readText(attributes, ATTR_SPAN_NAME);
  if (kind === undefined || name === undefined) return undefined;
  const { runNumber, runTrigger, taskType, gitCommit } = readOwnFacts(attributes, resource);
  return {
    type: "started",
    kind,
    name,
    parentSpanId: readText(attributes, ATTR_SPAN_PARENT_ID) ?? "",
    runNumber,
    runTrigger,
    taskType,
    gitCommit,
    model: readText(attributes, ATTR_GEN_AI_REQUEST_MODEL),
  };
}

/** Older log SDKs have no field for the name and put it into an attribute. */
function eventNameOf(log: LogRecord): string | undefined {
  return log.eventName === "" ? readText(log.attributes, ATTR_EVENT_NAME) : log.eventName;
}

function isLiveEvent(eventName: string | undefined): boolean {
  return eventName === EVENT_SPAN_STARTED || eventName === EVENT_HEARTBEAT;
}
