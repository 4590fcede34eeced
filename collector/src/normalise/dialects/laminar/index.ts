/**
 * Handles: Laminar's SDKs, in JavaScript and Python: its own spans, and those of instrumentations that it bundles.
 * Reference: https://docs.laminar.sh/tracing/otel, `@lmnr-ai/lmnr` src/opentelemetry-lib/tracing/attributes.ts.
 * Recognised by: `lmnr.span.type`, `lmnr.span.path` or `lmnr.span.instrumentation_source`.
 * Produces: `model_call` with a call (LLM), `tool_call`, and for other spans an aggregate where they state usage.
 *
 * Laminar marks every span of the process, so the dialects that know the writer of a span come before this one. Whether
 * the input includes the cache depends on the bundled instrumentation: it does by convention, unless the numbers prove
 * otherwise or a package is bundled that is known to leave it out. A cached span replays an answer and asks no model.
 */
import { ATTR_GEN_AI_OPERATION_NAME, ATTR_GEN_AI_REQUEST_MODEL, ATTR_GEN_AI_TOOL_NAME } from "@phasewise/semconv";
import type { KeyValues, Resource, Scope, Span } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import { hasGenAiUsage, readGenAiCall } from "../../gen-ai-call.ts";
import { readLabels } from "../../labels.ts";
import type { CallReading, Labels, SpanOperation } from "../../records.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import type { Dialect } from "../dialect.ts";

const CALL_RANK = 78;
const AGGREGATE_RANK = 90;
const SPAN_TYPE = "lmnr.span.type";
const OWN_NAMES = [SPAN_TYPE, "lmnr.span.path", "lmnr.span.instrumentation_source"];
const REQUEST_TYPE = "llm.request.type";
const SESSION_ID = "lmnr.association.properties.session_id";
const USER_ID = "lmnr.association.properties.user_id";
/** Packages whose input leaves the cache out. */
const EXCLUSIVE_SCOPE_PREFIX = "@traceloop/";

const OPERATIONS_OF_TYPE: ReadonlyMap<string, SpanOperation> = new Map([
  ["LLM", "model_call"],
  ["TOOL", "tool_call"],
  ["CACHED", "other"],
  ["EXECUTOR", "other"],
  ["EVALUATOR", "other"],
  ["HUMAN_EVALUATOR", "other"],
  ["EVALUATION", "other"],
]);
const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["chat", "model_call"],
  ["completion", "model_call"],
  ["text_completion", "model_call"],
  ["generate_content", "model_call"],
  ["embeddings", "embedding"],
  ["invoke_agent", "agent"],
  ["execute_tool", "tool_call"],
]);

/** Laminar. */
export const laminar: Dialect = {
  id: "laminar",
  title: "Laminar",
  reference: "https://docs.laminar.sh/tracing/otel",
  versions: "@lmnr-ai/lmnr 0.8.46 (from its source)",
  recognisesSpan: (span) => OWN_NAMES.some((name) => span.attributes.has(name)),
  readSpan(span, { resource, scope }) {
    const { attributes } = span;
    const failure = readFailure(span);
    const operation = operationOf(attributes);
    return {
      operation,
      labels: readLaminarLabels(attributes, resource),
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: operation === "tool_call" ? (readText(attributes, ATTR_GEN_AI_TOOL_NAME) ?? span.name) : undefined,
      evidence: readEvidence(span, operation, scope, failure),
    };
  },
};

function operationOf(attributes: KeyValues): SpanOperation {
  const ofType = OPERATIONS_OF_TYPE.get(readText(attributes, SPAN_TYPE) ?? "");
  if (ofType !== undefined) return ofType;
  const name = readText(attributes, ATTR_GEN_AI_OPERATION_NAME) ?? readText(attributes, REQUEST_TYPE);
  if (name !== undefined) return OPERATIONS.get(name) ?? "other";
  const isTyped = attributes.has(SPAN_TYPE);
  return !isTyped && attributes.has(ATTR_GEN_AI_REQUEST_MODEL) && hasGenAiUsage(attributes) ? "model_call" : "other";
}

function readLaminarLabels(attributes: KeyValues, resource: Resource): Labels {
  const labels = readLabels(attributes, resource);
  return {
    ...labels,
    sessionId: labels.sessionId ?? readText(attributes, SESSION_ID),
    userId: labels.userId ?? readText(attributes, USER_ID),
  };
}

function readEvidence(span: Span, operation: SpanOperation, scope: Scope, failure: Failure): CallReading | undefined {
  const isCall = operation === "model_call" || operation === "embedding";
  if (!isCall && (span.attributes.get(SPAN_TYPE) === "CACHED" || !hasGenAiUsage(span.attributes))) return undefined;
  return readGenAiCall(span, failure, {
    scope: isCall ? "call" : "aggregate",
    rank: isCall ? CALL_RANK : AGGREGATE_RANK,
    inputMeaning: scope.name.startsWith(EXCLUSIVE_SCOPE_PREFIX) ? "exclusive" : "inclusive",
    status: failure.failed ? "error" : "ok",
  });
}
