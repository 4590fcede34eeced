/**
 * Handles: LangSmith's OpenTelemetry export of LangChain and LangGraph programs, in JavaScript and Python.
 * Reference: https://docs.langchain.com/langsmith/trace-with-opentelemetry, `langsmith` src/experimental/otel/translator.ts.
 * Recognised by: any of `langsmith.span.kind`, `langsmith.trace.name`, `langsmith.usage_metadata`.
 * Produces: `model_call` with a call (llm), `step` (chain) with an aggregate where it states usage, `tool_call`,
 * `retrieval`, `embedding`, `other`.
 *
 * The exporter looks for usage in what a run put out, so a chain repeats that of a message that it returns. Input includes
 * the cache, as LangChain's usage has it. `langsmith.trace.session_*` is the project, not a session.
 */
import { ATTR_GEN_AI_TOOL_NAME } from "@phasewise/semconv";
import type { KeyValues, Resource, Span } from "../../../decode/otlp.ts";
import { readFirstText, readText } from "../../attribute-bag.ts";
import { readGenAiCall } from "../../gen-ai-call.ts";
import { readLabels } from "../../labels.ts";
import type { CallReading, Labels, SpanOperation } from "../../records.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import { toTokenBuckets } from "../../usage.ts";
import type { Dialect } from "../dialect.ts";
import { hasLangSmithUsage, readLangSmithCost, readLangSmithUsage } from "./usage.ts";

const CALL_RANK = 80;
const AGGREGATE_RANK = 90;
const SPAN_KIND = "langsmith.span.kind";
const RUN_NAME = "langsmith.trace.name";
const OWN_NAMES = [SPAN_KIND, RUN_NAME, "langsmith.usage_metadata"];
const METADATA = "langsmith.metadata.";
const AGENT_NAMES = [`${METADATA}lc_agent_name`, `${METADATA}langgraph_node`];
const SESSION_IDS = [`${METADATA}session_id`, `${METADATA}thread_id`, `${METADATA}conversation_id`];
const CONVERSATION_IDS = [`${METADATA}thread_id`, `${METADATA}conversation_id`];
/** What stands for the provider when the exporter knows none. */
const NO_PROVIDER = "langchain";

/** Providers in LangChain's words. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["amazon_bedrock", "aws.bedrock"],
  ["bedrock", "aws.bedrock"],
  ["azure", "azure.ai.openai"],
  ["google_vertexai", "gcp.vertex_ai"],
  ["google_anthropic_vertex", "gcp.vertex_ai"],
  ["google_genai", "gcp.gemini"],
]);

const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["llm", "model_call"],
  ["chain", "step"],
  ["tool", "tool_call"],
  ["retriever", "retrieval"],
  ["embedding", "embedding"],
]);

/** LangSmith, LangChain and LangGraph. */
export const langSmith: Dialect = {
  id: "langsmith",
  title: "LangSmith and LangGraph",
  reference: "https://docs.langchain.com/langsmith/trace-with-opentelemetry",
  versions: "langsmith 0.10.5 for JavaScript and its sibling for Python (from their sources)",
  recognisesSpan: (span) => OWN_NAMES.some((name) => span.attributes.has(name)),
  readSpan(span, { resource }) {
    const { attributes } = span;
    const failure = readFailure(span);
    const operation = OPERATIONS.get(readText(attributes, SPAN_KIND)?.toLowerCase() ?? "") ?? "other";
    return {
      operation,
      labels: readLangSmithLabels(attributes, resource),
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: operation === "tool_call" ? readFirstText(attributes, [ATTR_GEN_AI_TOOL_NAME, RUN_NAME]) : undefined,
      toolCallId: operation === "tool_call" ? readText(attributes, `${METADATA}tool_call_id`) : undefined,
      evidence: readEvidence(span, operation, failure),
    };
  },
};

function readLangSmithLabels(attributes: KeyValues, resource: Resource): Labels {
  const labels = readLabels(attributes, resource);
  return {
    ...labels,
    agent: labels.agent ?? readFirstText(attributes, AGENT_NAMES),
    sessionId: labels.sessionId ?? readFirstText(attributes, SESSION_IDS),
    conversationId: labels.conversationId ?? readFirstText(attributes, CONVERSATION_IDS),
    userId: labels.userId ?? readText(attributes, `${METADATA}user_id`),
  };
}

function readEvidence(span: Span, operation: SpanOperation, failure: Failure): CallReading | undefined {
  const { attributes } = span;
  const isCall = operation === "model_call" || operation === "embedding";
  if (!isCall && !hasLangSmithUsage(attributes)) return undefined;
  const call = readGenAiCall(span, failure, {
    scope: isCall ? "call" : "aggregate",
    rank: isCall ? CALL_RANK : AGGREGATE_RANK,
    inputMeaning: "inclusive",
    status: failure.failed ? "error" : "ok",
  });
  const notes: string[] = [];
  return {
    ...call,
    provider: providerOf(attributes, call.provider),
    tokens: toTokenBuckets(readLangSmithUsage(attributes, notes), notes),
    costReportedPicoUsd: readLangSmithCost(attributes) ?? call.costReportedPicoUsd,
    notes,
  };
}

function providerOf(attributes: KeyValues, system: string | undefined): string | undefined {
  const stated = readText(attributes, `${METADATA}ls_provider`);
  if (stated !== undefined) return PROVIDERS.get(stated) ?? stated;
  return system === NO_PROVIDER ? undefined : system;
}
