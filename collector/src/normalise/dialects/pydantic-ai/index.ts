/**
 * Handles: Pydantic AI, and the spans that Logfire writes itself or sends while another span is still open ("pending").
 * Reference: https://ai.pydantic.dev/logfire/, `pydantic_ai/models/instrumented.py`, `logfire/_internal/exporters`.
 * Recognised by: `logfire.span_type` `pending_span`; scope `pydantic-ai`, `logfire` or `logfire.*`.
 * Produces: `model_call` with a call for `chat`, `agent` (with an aggregate where it states `gen_ai.usage.*`), `tool_call`,
 * `step` for a round of tools, `embedding`. A pending span gives an announcement of the span that it stands for, and
 * nothing else.
 *
 * Logfire sends pending spans for every span of the process, whatever wrote it, and with the attributes that the span
 * had when it started. So this dialect comes before all others: anywhere else a pending span would be a second call.
 * `gen_ai.aggregated_usage.*` of an agent repeats its calls and is never read; earlier versions of an agent's span state
 * their sum under the names of a call. Input includes the cache.
 */
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_TOOL_CALL_ID,
  ATTR_GEN_AI_TOOL_NAME,
} from "@phasewise/semconv";
import type { Resource, Span } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import { hasGenAiUsage, readGenAiCall } from "../../gen-ai-call.ts";
import { readLabels } from "../../labels.ts";
import type { CallReading, Labels, SpanOperation } from "../../records.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import type { Dialect } from "../dialect.ts";
import { isPending, readAnnouncement } from "./pending.ts";

const CALL_RANK = 55;
const AGGREGATE_RANK = 90;
const SCOPES: ReadonlySet<string> = new Set(["pydantic-ai", "logfire"]);
const SCOPE_PREFIX = "logfire.";
/** Name of the agent before the convention had one. */
const FIRST_AGENT_NAME = "agent_name";

const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["chat", "model_call"],
  ["text_completion", "model_call"],
  ["generate_content", "model_call"],
  ["invoke_agent", "agent"],
  ["execute_tool", "tool_call"],
  ["embeddings", "embedding"],
]);

/** Spans of versions that named no operation. */
const OPERATIONS_BY_SPAN_NAME: ReadonlyMap<string, SpanOperation> = new Map([
  ["agent run", "agent"],
  ["running tool", "tool_call"],
  ["running output function", "tool_call"],
  ["running tools", "step"],
]);

/** Pydantic AI and Logfire. */
export const pydanticAi: Dialect = {
  id: "pydantic_ai",
  title: "Pydantic AI and Logfire",
  reference: "https://ai.pydantic.dev/logfire/",
  versions: "Pydantic AI instrumentation 1 to 3 and later, Logfire 4 (from their sources)",
  recognisesSpan: (span, { scope }) => isPending(span) || SCOPES.has(scope.name) || scope.name.startsWith(SCOPE_PREFIX),
  readSpan(span, { resource }) {
    const operation = operationOf(span);
    const labels = readPydanticLabels(span, resource, operation);
    if (isPending(span)) return { operation: "other", labels, announces: readAnnouncement(span, operation) };
    const { attributes } = span;
    const failure = readFailure(span);
    return {
      operation,
      labels,
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: readText(attributes, ATTR_GEN_AI_TOOL_NAME),
      toolCallId: readText(attributes, ATTR_GEN_AI_TOOL_CALL_ID),
      evidence: readEvidence(span, operation, failure),
    };
  },
};

function operationOf({ attributes, name }: Span): SpanOperation {
  const stated = readText(attributes, ATTR_GEN_AI_OPERATION_NAME);
  if (stated !== undefined) return OPERATIONS.get(stated) ?? "other";
  const byName = OPERATIONS_BY_SPAN_NAME.get(name);
  if (byName !== undefined) return byName;
  // Logfire's own instrumentations of model clients name the model and the usage alone.
  return attributes.has(ATTR_GEN_AI_REQUEST_MODEL) && hasGenAiUsage(attributes) ? "model_call" : "other";
}

function readPydanticLabels(span: Span, resource: Resource, operation: SpanOperation): Labels {
  const labels = readLabels(span.attributes, resource);
  if (operation !== "agent" || labels.agent !== undefined) return labels;
  return { ...labels, agent: readText(span.attributes, FIRST_AGENT_NAME) };
}

function readEvidence(span: Span, operation: SpanOperation, failure: Failure): CallReading | undefined {
  const isCall = operation === "model_call" || operation === "embedding";
  if (!isCall && !(operation === "agent" && hasGenAiUsage(span.attributes))) return undefined;
  return readGenAiCall(span, failure, {
    scope: isCall ? "call" : "aggregate",
    rank: isCall ? CALL_RANK : AGGREGATE_RANK,
    inputMeaning: "inclusive",
    status: failure.failed ? "error" : "ok",
  });
}
