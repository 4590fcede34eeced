/**
 * Handles: OpenInference (Arize): its instrumentations of Anthropic, LangChain and others, in any language.
 * Reference: https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
 * Recognised by: `openinference.span.kind`.
 * Produces: `model_call` with a call (LLM), `embedding` with a call, `agent` and `step` (CHAIN) with an aggregate where
 * they state usage, `tool_call`, `retrieval`, `other`.
 *
 * The prompt of an LLM span includes the cache. That of an agent of the Claude Agent SDK is the uncached input alone, so
 * there the cache is unknown, and a note says so. An answer that was kept as JSON starts with its message id, which joins
 * the span with the one that the Anthropic SDK writes itself.
 */
import type { KeyValues, Resource, Span } from "../../../decode/otlp.ts";
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
const MESSAGE_ID = /^\{"id":"(msg_\w+)"/u;

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
  versions: "instrumentation-anthropic 0.2.8 (captured), instrumentation-claude-agent-sdk 0.3.1 (from its source)",
  recognisesSpan: (span) => span.attributes.has(SPAN_KIND),
  readSpan(span, { resource }) {
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
      evidence: readEvidence(span, operation, failure),
    };
  },
};

function readOpenInferenceLabels(attributes: KeyValues, resource: Resource, operation: SpanOperation): Labels {
  const labels = readLabels(attributes, resource);
  if (labels.agent !== undefined || operation !== "agent") return labels;
  return { ...labels, agent: readFirstText(attributes, AGENT_NAMES) };
}

function readEvidence(span: Span, operation: SpanOperation, failure: Failure): CallReading | undefined {
  const { attributes } = span;
  const isCall = operation === "model_call" || operation === "embedding";
  if (!isCall && !attributes.has(PROMPT_TOKENS)) return undefined;
  const model = readText(attributes, "llm.model_name") ?? readText(attributes, "embedding.model_name");
  const notes: string[] = [];
  const cost = readNumber(attributes, "llm.cost.total");
  return {
    scope: isCall ? "call" : "aggregate",
    rank: isCall ? CALL_RANK : AGGREGATE_RANK,
    messageId: MESSAGE_ID.exec(readText(attributes, "output.value") ?? "")?.[1],
    provider: readText(attributes, "llm.provider") ?? readText(attributes, "llm.system"),
    requestModel: readText(attributes, "llm.request.model_name") ?? model,
    responseModel: readText(attributes, "llm.response.model_name"),
    startedUnixNano: span.startTimeUnixNano,
    endedUnixNano: span.endTimeUnixNano,
    status: failure.failed ? "error" : "ok",
    errorType: failure.errorType,
    errorMessage: failure.errorMessage,
    finishReason: readText(attributes, "llm.finish_reason"),
    tokens: readTokens(attributes, isCall, notes),
    costReportedPicoUsd: cost === undefined ? undefined : toPicoUsd(cost),
    notes,
  };
}

function readTokens(attributes: KeyValues, isCall: boolean, notes: string[]): CallReading["tokens"] {
  const cacheRead = readFirstCount(attributes, CACHE_READ, notes);
  const cacheWrite = readCount(attributes, "llm.token_count.prompt_details.cache_write", notes);
  if (!isCall && cacheRead === undefined && cacheWrite === undefined) {
    notes.push("the sum states no cached tokens, so how much was read from or written to the cache is unknown");
  }
  return toTokenBuckets(
    {
      inputMeaning: "inclusive",
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
