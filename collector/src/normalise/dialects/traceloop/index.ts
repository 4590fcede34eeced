/**
 * Handles: OpenLLMetry (Traceloop) in JavaScript and Python, its newer GenAI names and its first ones.
 * Reference: https://www.traceloop.com/docs/openllmetry/contributing/semantic-conventions
 * Recognised by: scope `@traceloop/*`, any of the `traceloop.*` attributes that its spans carry, `llm.request.type` or
 * `llm.usage.total_tokens`.
 * Produces: `model_call` with a call, `run` (workflow), `step` (task), `agent`, `tool_call`.
 *
 * The JavaScript packages put the uncached input under the name that includes the cache by convention; those in Python,
 * and the first names in both, include it.
 */
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_TOOL_CALL_ID,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_LEGACY_GEN_AI_USAGE_PROMPT_TOKENS,
} from "@phasewise/semconv";
import type { KeyValues, Resource, Scope, Span } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import { readGenAiCall } from "../../gen-ai-call.ts";
import { readLabels } from "../../labels.ts";
import type { CallReading, Labels, SpanOperation } from "../../records.ts";
import { isRun, runLabels } from "../../run-labels.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import type { Dialect } from "../dialect.ts";

const RANK = 75;
const JAVASCRIPT_SCOPE_PREFIX = "@traceloop/";
const SPAN_KIND = "traceloop.span.kind";
const ENTITY_NAME = "traceloop.entity.name";
const ENTITY_PATH = "traceloop.entity.path";
const WORKFLOW_NAME = "traceloop.workflow.name";
const REQUEST_TYPE = "llm.request.type";
const SESSION_ID = "traceloop.association.properties.session_id";
const USER_ID = "traceloop.association.properties.user_id";
const TOTAL_TOKENS = "llm.usage.total_tokens";
const OWN_NAMES = [SPAN_KIND, WORKFLOW_NAME, ENTITY_NAME, ENTITY_PATH, REQUEST_TYPE, TOTAL_TOKENS];
/** Names that came before the GenAI ones, and were inclusive everywhere. */
const FIRST_INPUT_NAME = ATTR_LEGACY_GEN_AI_USAGE_PROMPT_TOKENS;

const KINDS: ReadonlyMap<string, SpanOperation> = new Map([
  ["workflow", "run"],
  ["task", "step"],
  ["agent", "agent"],
  ["tool", "tool_call"],
]);
const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["chat", "model_call"],
  ["completion", "model_call"],
  ["text_completion", "model_call"],
  ["generate_content", "model_call"],
  ["embedding", "embedding"],
  ["embeddings", "embedding"],
  ["rerank", "retrieval"],
  ["invoke_agent", "agent"],
  ["execute_tool", "tool_call"],
]);

/** OpenLLMetry. */
export const traceloop: Dialect = {
  id: "traceloop",
  title: "OpenLLMetry (Traceloop)",
  reference: "https://www.traceloop.com/docs/openllmetry/contributing/semantic-conventions",
  versions: "@traceloop/instrumentation-anthropic 0.27, opentelemetry-instrumentation-anthropic of June 2026 (sources)",
  recognisesSpan: (span, { scope }) =>
    scope.name.startsWith(JAVASCRIPT_SCOPE_PREFIX) || OWN_NAMES.some((name) => span.attributes.has(name)),
  readSpan(span, { resource, scope }) {
    const { attributes } = span;
    const failure = readFailure(span);
    const labels = readTraceloopLabels(attributes, resource);
    const operation = operationOf(span, labels);
    return {
      operation,
      labels: withNames(span, operation, labels),
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: readText(attributes, ATTR_GEN_AI_TOOL_NAME) ?? toolNameOf(attributes, operation),
      toolCallId: readText(attributes, ATTR_GEN_AI_TOOL_CALL_ID),
      evidence: operation === "model_call" || operation === "embedding" ? readCall(span, scope, failure) : undefined,
    };
  },
};

function operationOf(span: Span, labels: Labels): SpanOperation {
  const { attributes } = span;
  const kind = KINDS.get(readText(attributes, SPAN_KIND) ?? "");
  if (kind === "run") return isRun(span, labels, readText(attributes, WORKFLOW_NAME)) ? "run" : "step";
  if (kind !== undefined) return kind;
  const name = readText(attributes, ATTR_GEN_AI_OPERATION_NAME) ?? readText(attributes, REQUEST_TYPE) ?? "";
  return OPERATIONS.get(name) ?? "other";
}

function readTraceloopLabels(attributes: KeyValues, resource: Resource): Labels {
  const labels = readLabels(attributes, resource);
  return {
    ...labels,
    sessionId: labels.sessionId ?? readText(attributes, SESSION_ID),
    userId: labels.userId ?? readText(attributes, USER_ID),
  };
}

function withNames(span: Span, operation: SpanOperation, labels: Labels): Labels {
  if (operation === "agent" && labels.agent === undefined) {
    return { ...labels, agent: readText(span.attributes, ENTITY_NAME) };
  }
  if (operation !== "run") return labels;
  return runLabels(span, { ...labels, runName: labels.runName ?? readText(span.attributes, WORKFLOW_NAME) });
}

function toolNameOf(attributes: KeyValues, operation: SpanOperation): string | undefined {
  return operation === "tool_call" ? readText(attributes, ENTITY_NAME) : undefined;
}

function readCall(span: Span, scope: Scope, failure: Failure): CallReading {
  const exclusive = scope.name.startsWith(JAVASCRIPT_SCOPE_PREFIX) && !span.attributes.has(FIRST_INPUT_NAME);
  return readGenAiCall(span, failure, {
    scope: "call",
    rank: RANK,
    inputMeaning: exclusive ? "exclusive" : "inclusive",
    status: failure.failed ? "error" : "ok",
  });
}
