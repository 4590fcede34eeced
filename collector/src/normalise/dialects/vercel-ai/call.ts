import {
  ATTR_GEN_AI_USAGE_CACHE_READ,
  ATTR_GEN_AI_USAGE_CACHE_WRITE,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING,
  ATTR_LEGACY_GEN_AI_USAGE_CACHE_CREATION,
} from "@phasewise/semconv";
import type { KeyValues, Span } from "../../../decode/otlp.ts";
import { readFirstCount, readNumber, readText } from "../../attribute-bag.ts";
import { hasGenAiUsage, readGenAiCall, toMilliseconds } from "../../gen-ai-call.ts";
import type { CallReading, SpanOperation } from "../../records.ts";
import type { Failure } from "../../span-failure.ts";
import { type ReportedUsage, toTokenBuckets } from "../../usage.ts";
import { type ProviderUsage, readProviderUsage } from "./provider-usage.ts";

const CALL_RANK = 60;
const AGGREGATE_RANK = 90;

const INPUT = [ATTR_GEN_AI_USAGE_INPUT_TOKENS, "ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"];
const OUTPUT = [ATTR_GEN_AI_USAGE_OUTPUT_TOKENS, "ai.usage.outputTokens", "ai.usage.completionTokens"];
const REASONING = [
  ATTR_GEN_AI_USAGE_REASONING,
  "ai.usage.outputTokenDetails.reasoningTokens",
  "ai.usage.reasoningTokens",
];
const CACHE_READ = [
  ATTR_GEN_AI_USAGE_CACHE_READ,
  "ai.usage.inputTokenDetails.cacheReadTokens",
  "ai.usage.cachedInputTokens",
];
const CACHE_WRITE = [
  ATTR_GEN_AI_USAGE_CACHE_WRITE,
  ATTR_LEGACY_GEN_AI_USAGE_CACHE_CREATION,
  "ai.usage.inputTokenDetails.cacheWriteTokens",
];
const OPERATION_ID = "ai.operationId";
const NO_CACHE_TOKENS = "ai.usage.inputTokenDetails.noCacheTokens";
const USER_AGENT = "ai.request.headers.user-agent";
const USER_AGENT_VERSION = /(?:^|\s)ai\/(\d+)\./u;
const FIRST_INCLUSIVE_VERSION = 6;
const MODEL_PROVIDER = "ai.model.provider";
const FIRST_CHUNK_MS = "ai.response.msToFirstChunk";
const FIRST_CHUNK_SECONDS = "gen_ai.client.operation.time_to_first_chunk";

/** The call of a span that asks a model, or the aggregate of one that sums over such spans. */
export function readVercelCall(span: Span, operation: SpanOperation, failure: Failure): CallReading | undefined {
  const { attributes } = span;
  const isCall = operation === "model_call" || operation === "embedding";
  if (!isCall && !(operation === "agent" && hasUsage(attributes))) return undefined;
  const call = readGenAiCall(span, failure, {
    scope: isCall ? "call" : "aggregate",
    rank: isCall ? CALL_RANK : AGGREGATE_RANK,
    inputMeaning: "inclusive",
    status: failure.failed ? "error" : "ok",
  });
  // On the root this is the usage of the last step alone, not of the sum that the attributes have.
  const notes: string[] = [];
  const provider = isCall ? readProviderUsage(attributes, notes) : undefined;
  return {
    ...call,
    messageId: call.messageId ?? readText(attributes, "ai.response.id"),
    provider: call.provider ?? providerOf(attributes),
    requestModel: call.requestModel ?? readText(attributes, "ai.model.id"),
    responseModel: call.responseModel ?? readText(attributes, "ai.response.model"),
    ttftMs:
      readNumber(attributes, FIRST_CHUNK_MS) ??
      toMilliseconds(readNumber(attributes, FIRST_CHUNK_SECONDS)) ??
      call.ttftMs,
    finishReason: call.finishReason ?? readText(attributes, "ai.response.finishReason"),
    tokens: toTokenBuckets(readUsage(attributes, provider, notes), notes),
    webSearchRequests: provider?.webSearchRequests,
    serviceTier: provider?.serviceTier ?? call.serviceTier,
    speed: provider?.speed,
    inferenceGeo: provider?.inferenceGeo,
    notes,
  };
}

function readUsage(attributes: KeyValues, provider: ProviderUsage | undefined, notes: string[]): ReportedUsage {
  const input = readFirstCount(attributes, INPUT, notes);
  return {
    inputMeaning: inputMeaningOf(attributes, input, provider),
    input,
    output: readFirstCount(attributes, OUTPUT, notes),
    reasoning: readFirstCount(attributes, REASONING, notes),
    cacheRead: readFirstCount(attributes, CACHE_READ, notes) ?? provider?.cacheRead,
    cacheWrite: readFirstCount(attributes, CACHE_WRITE, notes) ?? provider?.cacheWrite,
    cacheWrite5m: provider?.cacheWrite5m,
    cacheWrite1h: provider?.cacheWrite1h,
  };
}

/**
 * Since version 6 the SDK makes the input include the cache; before, the input was what the provider called so, which at
 * Anthropic is without the cache. Which of the two it is, is told by the provider's own count, or by the part that is not
 * cached, which only newer versions tell, or by the version that the SDK sends in its user agent.
 */
function inputMeaningOf(
  attributes: KeyValues,
  input: number | undefined,
  provider: ProviderUsage | undefined,
): ReportedUsage["inputMeaning"] {
  if (provider?.input !== undefined) return input === provider.input ? "exclusive" : "inclusive";
  if (!attributes.has(OPERATION_ID) || attributes.has(NO_CACHE_TOKENS)) return "inclusive";
  const version = USER_AGENT_VERSION.exec(readText(attributes, USER_AGENT) ?? "")?.[1];
  if (version !== undefined && Number(version) >= FIRST_INCLUSIVE_VERSION) return "inclusive";
  return providerOf(attributes) === "anthropic" ? "exclusive" : "inclusive";
}

/** `anthropic` of `anthropic.messages`. */
function providerOf(attributes: KeyValues): string | undefined {
  return readText(attributes, MODEL_PROVIDER)?.split(".", 1)[0];
}

function hasUsage(attributes: KeyValues): boolean {
  return hasGenAiUsage(attributes) || INPUT.some((name) => attributes.has(name));
}
