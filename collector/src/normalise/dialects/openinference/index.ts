/**
 * Handles: OpenInference (Arize): its instrumentations of Anthropic, LangChain and others, in any language.
 * Reference: https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
 * Recognised by: `openinference.span.kind`.
 * Produces: `model_call` with a call (LLM), `embedding` with a call, `agent` and `step` (CHAIN) with an aggregate where
 * they state usage, `tool_call`, `retrieval`, `other`.
 *
 * The prompt of an LLM span includes the cache. That of an agent of the Claude Agent SDK is the uncached input of the main
 * agent alone, so there the cache is unknown, and a note says so; the cost of one of its turns is that of the whole session
 * so far, so it is not the turn's. An answer that was kept as JSON starts with its message id, which joins the span with
 * the one that the Anthropic SDK writes itself.
 */
import type { KeyValues, Resource, Scope, Span } from "../../../decode/otlp.ts";
import { readCount, readFirstCount, readFirstText, readNumber, readText } from "../../attribute-bag.ts";
import { readLabels } from "../../labels.ts";
import type { CallReading, Labels, SpanOperation } from "../../records.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import { toPicoUsd } from "../../pico-usd.ts";
import { toTokenBuckets } from "../../usage.ts";
import type { Dialect } from "../dialect.ts";

const CALL_RANK = 70;
const AGGREGATE_RANK = 90;
const SPAN_KIND = "openinference.span.kind";
const PROMPT_TOKENS = "llm.token_count.prompt";
const CACHE_READ = ["llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input"];
const AGENT_NAMES = ["agent.name", "graph.node.name"];
const TOOL_CALL_IDS = ["tool.id", "tool_call.id"];
const AGENT_SDK_SCOPE = /claude[-_]agent[-_]sdk$/u;
const AGENT_SDK_TURN = "ClaudeAgent.turn";
const MESSAGE_ID = /^\{"id":"(msg_\w+)"/u;

/** Providers in the words of OpenInference. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["aws", "aws.bedrock"],
  ["azure", "azure.ai.openai"],
  ["google", "gcp.gemini"],
  ["vertexai", "gcp.vertex_ai"],
  ["xai", "x_ai"],
]);

const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["LLM", "model_call"],
  ["AGENT", "agent"],
  ["CHAIN", "step"],
  ["TOOL", "tool_call"],
  ["RETRIEVER", "retrieval"],
  ["RERANKER", "retrieval"],
  ["EMBEDDING", "embedding"],
]);

/** OpenInference. */
export const openInference: Dialect = {
  id: "openinference",
  title: "OpenInference",
  reference: "https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md",
  versions:
    "instrumentation-anthropic 0.2.8 (captured), instrumentation-claude-agent-sdk 0.3.1, conventions 2.12 (sources)",
  recognisesSpan: (span) => span.attributes.has(SPAN_KIND),
  readSpan(span, { resource, scope }) {
    const { attributes } = span;
    const failure = readFailure(span);
    const operation = OPERATIONS.get(readText(attributes, SPAN_KIND)?.toUpperCase() ?? "") ?? "other";
    return {
      operation,
      labels: readOpenInferenceLabels(attributes, resource, operation),
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: readText(attributes, "tool.name"),
      toolCallId: readFirstText(attributes, TOOL_CALL_IDS),
      evidence: readEvidence(span, scope, operation, failure),
    };
  },
};

function readOpenInferenceLabels(attributes: KeyValues, resource: Resource, operation: SpanOperation): Labels {
  const labels = readLabels(attributes, resource);
  if (labels.agent !== undefined || operation !== "agent") return labels;
  const agent = readFirstText(attributes, AGENT_NAMES);
  return { ...labels, agent, agentId: labels.agentId ?? readText(attributes, "graph.node.id") };
}

function readEvidence(span: Span, scope: Scope, operation: SpanOperation, failure: Failure): CallReading | undefined {
  const { attributes } = span;
  const isCall = operation === "model_call" || operation === "embedding";
  if (!isCall && !attributes.has(PROMPT_TOKENS)) return undefined;
  const model = readText(attributes, "llm.model_name") ?? readText(attributes, "embedding.model_name");
  const notes: string[] = [];
  return {
    scope: isCall ? "call" : "aggregate",
    rank: isCall ? CALL_RANK : AGGREGATE_RANK,
    messageId: MESSAGE_ID.exec(readText(attributes, "output.value") ?? "")?.[1],
    provider: readProvider(attributes),
    requestModel: readText(attributes, "llm.request.model_name") ?? model,
    responseModel: readText(attributes, "llm.response.model_name"),
    startedUnixNano: span.startTimeUnixNano,
    endedUnixNano: span.endTimeUnixNano,
    status: failure.failed ? "error" : "ok",
    errorType: failure.errorType,
    errorMessage: failure.errorMessage,
    finishReason: readText(attributes, "llm.finish_reason"),
    tokens: readTokens(attributes, isCall, AGENT_SDK_SCOPE.test(scope.name), notes),
    costReportedPicoUsd: readCost(span, notes),
    notes,
  };
}

function readProvider(attributes: KeyValues): string | undefined {
  const stated = readText(attributes, "llm.provider") ?? readText(attributes, "llm.system");
  return stated === undefined ? undefined : (PROVIDERS.get(stated) ?? stated);
}

function readCost(span: Span, notes: string[]): bigint | undefined {
  const cost = readNumber(span.attributes, "llm.cost.total");
  if (cost === undefined) return undefined;
  if (span.name !== AGENT_SDK_TURN) return toPicoUsd(cost);
  notes.push(`the cost of ${cost} USD is that of the session up to this turn; it is left out`);
  return undefined;
}

function readTokens(
  attributes: KeyValues,
  isCall: boolean,
  isAgentSdk: boolean,
  notes: string[],
): CallReading["tokens"] {
  const cacheRead = readFirstCount(attributes, CACHE_READ, notes);
  const cacheWrite = readCount(attributes, "llm.token_count.prompt_details.cache_write", notes);
  if (!isCall && cacheRead === undefined && cacheWrite === undefined) {
    notes.push("the sum states no cached tokens, so how much was read from or written to the cache is unknown");
  }
  return toTokenBuckets(
    {
      inputMeaning: isAgentSdk ? "exclusive" : "inclusive",
      input: readCount(attributes, PROMPT_TOKENS, notes),
      output: readCount(attributes, "llm.token_count.completion", notes),
      reasoning: readCount(attributes, "llm.token_count.completion_details.reasoning", notes),
      cacheRead,
      cacheWrite,
      total: readCount(attributes, "llm.token_count.total", notes),
    },
    notes,
  );
}
