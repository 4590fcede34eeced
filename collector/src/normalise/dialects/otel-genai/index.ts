/**
 * Handles: spans after the OpenTelemetry GenAI conventions from any instrumentation, in both generations of names
 * (`gen_ai.provider.name` and `gen_ai.system`, `cache_write` and `cache_creation`, `input_tokens` and `prompt_tokens`), and
 * the log events of the conventions. Names of token counts that Sentry and LiteLLM have added are read too.
 * Reference: https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai
 * Recognised by: `gen_ai.operation.name`, `gen_ai.provider.name` or `gen_ai.system`; log records by an event name that
 * starts with `gen_ai.`.
 * Produces: the operation that the convention names. Requests to a model (`chat`, `embeddings`, ...) give a call. An
 * agent, workflow or step with usage gives an aggregate, as its usage repeats that of the requests below it.
 *
 * Input includes the cache unless the numbers prove otherwise. A workflow is a run of its own when it belongs to no
 * phasewise run, or is the span of that run (see `isRun`); otherwise it is a step of the run. The event
 * `gen_ai.client.inference.operation.details` repeats what its span says, so it is no evidence of a second call.
 */
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_TOOL_CALL_ID,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_GEN_AI_WORKFLOW_NAME,
  ATTR_LEGACY_GEN_AI_SYSTEM,
} from "@phasewise/semconv";
import type { KeyValues, Span } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import { hasGenAiUsage, readGenAiCall } from "../../gen-ai-call.ts";
import { readLabels } from "../../labels.ts";
import type { CallReading, Labels, SpanOperation } from "../../records.ts";
import { isRun, runLabels } from "../../run-labels.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import type { Dialect } from "../dialect.ts";

const CALL_RANK = 50;
const AGGREGATE_RANK = 90;
const EVENT_PREFIX = "gen_ai.";

const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["chat", "model_call"],
  ["generate_content", "model_call"],
  ["text_completion", "model_call"],
  ["completion", "model_call"],
  ["embeddings", "embedding"],
  ["retrieval", "retrieval"],
  ["invoke_agent", "agent"],
  ["invoke_workflow", "run"],
  ["agent_step", "step"],
  ["plan", "plan"],
  ["execute_tool", "tool_call"],
  ["search_memory", "memory"],
  ["create_memory", "memory"],
  ["update_memory", "memory"],
  ["upsert_memory", "memory"],
  ["delete_memory", "memory"],
  ["create_memory_store", "memory"],
  ["delete_memory_store", "memory"],
]);

/** Operations that ask a model, once each. */
const CALLS: ReadonlySet<SpanOperation> = new Set(["model_call", "embedding"]);
/** Operations whose usage is a sum over the calls below them. */
const SUMS: ReadonlySet<SpanOperation> = new Set(["agent", "run", "step", "plan"]);

/** The OpenTelemetry GenAI conventions, from whatever writes them. */
export const otelGenAi: Dialect = {
  id: "otel_genai",
  title: "OpenTelemetry GenAI conventions",
  reference: "https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai",
  versions: "semantic conventions 1.27 to gen-ai 1.42",
  recognisesSpan: ({ attributes }) =>
    attributes.has(ATTR_GEN_AI_OPERATION_NAME) ||
    attributes.has(ATTR_GEN_AI_PROVIDER_NAME) ||
    attributes.has(ATTR_LEGACY_GEN_AI_SYSTEM),
  readSpan(span, { resource }) {
    const { attributes } = span;
    const failure = readFailure(span);
    const labels = readLabels(attributes, resource);
    const operation = operationOf(span, labels);
    return {
      operation,
      labels: operation === "run" ? runLabels(span, labels) : labels,
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: readText(attributes, ATTR_GEN_AI_TOOL_NAME),
      toolCallId: readText(attributes, ATTR_GEN_AI_TOOL_CALL_ID),
      evidence: readEvidence(span, operation, failure),
    };
  },
  recognisesLog: (log) => log.eventName.startsWith(EVENT_PREFIX),
  readLog: (log, { resource }) => ({ labels: readLabels(log.attributes, resource) }),
};

function operationOf(span: Span, labels: Labels): SpanOperation {
  const { attributes } = span;
  const name = readText(attributes, ATTR_GEN_AI_OPERATION_NAME);
  if (name === undefined) return operationWithoutName(attributes);
  const operation = OPERATIONS.get(name) ?? "other";
  if (operation !== "run") return operation;
  return isRun(span, labels, readText(attributes, ATTR_GEN_AI_WORKFLOW_NAME)) ? "run" : "step";
}

/** The first generation of instrumentations named no operation. */
function operationWithoutName(attributes: KeyValues): SpanOperation {
  if (attributes.has(ATTR_GEN_AI_TOOL_NAME)) return "tool_call";
  return attributes.has(ATTR_GEN_AI_REQUEST_MODEL) && hasGenAiUsage(attributes) ? "model_call" : "other";
}

function readEvidence(span: Span, operation: SpanOperation, failure: Failure): CallReading | undefined {
  const isCall = CALLS.has(operation);
  if (!isCall && !(SUMS.has(operation) && hasGenAiUsage(span.attributes))) return undefined;
  return readGenAiCall(span, failure, {
    scope: isCall ? "call" : "aggregate",
    rank: isCall ? CALL_RANK : AGGREGATE_RANK,
    inputMeaning: "inclusive",
    status: failure.failed ? "error" : "ok",
  });
}
