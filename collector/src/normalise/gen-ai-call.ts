/**
 * A model call from the GenAI conventions (newest names first, then older ones) and from Anthropic's extensions to them,
 * which several emitters reuse. Source: semantic-conventions-genai, docs/gen-ai; `@anthropic-ai/sdk` src/internal/tracing.ts.
 */
import {
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_GEN_AI_RESPONSE_ID,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  ATTR_GEN_AI_USAGE_CACHE_READ,
  ATTR_GEN_AI_USAGE_CACHE_WRITE,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING,
  ATTR_LEGACY_GEN_AI_SYSTEM,
  ATTR_LEGACY_GEN_AI_USAGE_CACHE_CREATION,
  ATTR_LEGACY_GEN_AI_USAGE_COMPLETION_TOKENS,
  ATTR_LEGACY_GEN_AI_USAGE_PROMPT_TOKENS,
} from "@phasewise/semconv";
import type { KeyValues, Span } from "../decode/otlp.ts";
import {
  readCount,
  readFirstCount,
  readFirstText,
  readNumber,
  readOrdinal,
  readText,
  readTextList,
} from "./attribute-bag.ts";
import { toPicoUsd } from "./pico-usd.ts";
import type { CallReading, TokenBuckets } from "./records.ts";
import type { Failure } from "./span-failure.ts";
import { type ReportedUsage, toTokenBuckets } from "./usage.ts";

const INPUT = [ATTR_GEN_AI_USAGE_INPUT_TOKENS, ATTR_LEGACY_GEN_AI_USAGE_PROMPT_TOKENS];
const OUTPUT = [ATTR_GEN_AI_USAGE_OUTPUT_TOKENS, ATTR_LEGACY_GEN_AI_USAGE_COMPLETION_TOKENS];
const CACHE_READ = [
  ATTR_GEN_AI_USAGE_CACHE_READ,
  "gen_ai.usage.cache_read_input_tokens",
  "gen_ai.usage.details.cache_read_tokens",
  "gen_ai.usage.details.cache_read_input_tokens",
  "gen_ai.usage.input_tokens.cached",
];
const CACHE_WRITE = [
  ATTR_GEN_AI_USAGE_CACHE_WRITE,
  ATTR_LEGACY_GEN_AI_USAGE_CACHE_CREATION,
  "gen_ai.usage.cache_creation_input_tokens",
  "gen_ai.usage.details.cache_write_tokens",
  "gen_ai.usage.details.cache_creation_input_tokens",
  "gen_ai.usage.input_tokens.cache_write",
];
const REASONING = [
  ATTR_GEN_AI_USAGE_REASONING,
  "gen_ai.usage.reasoning_tokens",
  "gen_ai.usage.reasoning_output_tokens",
  "gen_ai.usage.details.reasoning_tokens",
  "gen_ai.usage.details.thinking_tokens",
  "gen_ai.usage.output_tokens.reasoning",
];
const TOTAL = ["gen_ai.usage.total_tokens", "llm.usage.total_tokens"];
const CACHE_WRITE_5M = [
  "anthropic.usage.cache_creation.ephemeral_5m_input_tokens",
  "gen_ai.usage.cache_creation.5m_input_tokens",
];
const CACHE_WRITE_1H = [
  "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
  "gen_ai.usage.cache_creation.1h_input_tokens",
];
/** Names under which instrumentations state the cost of a call in USD. No convention has one. */
const COST = ["operation.cost", "gen_ai.usage.cost", "gen_ai.cost.total", "gen_ai.cost.total_cost"];
const COMPACTION_INPUT = "anthropic.usage.compaction.input_tokens";
const COMPACTION_OUTPUT = "anthropic.usage.compaction.output_tokens";
const REQUEST_ID = "anthropic.request.id";
const STOP_REASONS = ["anthropic.message.stop_reason", "gen_ai.response.finish_reason"];
const SERVICE_TIER = "anthropic.response.service_tier";
const BATCH_ID = "anthropic.message.batch.id";
const BATCH_TIER = "batch";
const RESEND_COUNT = "http.request.resend_count";
const REQUEST_ID_PREFIX = "req_";

/** Names of `gen_ai.system` that `gen_ai.provider.name` has another word for. */
const PROVIDERS_OF_SYSTEM: ReadonlyMap<string, string> = new Map([
  ["anthropic.messages", "anthropic"],
  ["Anthropic", "anthropic"],
  ["az.ai.openai", "azure.ai.openai"],
  ["az.ai.inference", "azure.ai.inference"],
  ["vertex_ai", "gcp.vertex_ai"],
  ["gemini", "gcp.gemini"],
  ["xai", "x_ai"],
]);

/** What the dialect knows of a call beyond the attributes. */
export interface CallLayer {
  readonly scope: CallReading["scope"];
  readonly rank: number;
  readonly inputMeaning: ReportedUsage["inputMeaning"];
  readonly status: CallReading["status"];
}

/** Reads the call that a span reports. */
export function readGenAiCall(span: Span, failure: Failure, layer: CallLayer): CallReading {
  const { attributes } = span;
  const notes: string[] = [];
  const responseId = readText(attributes, ATTR_GEN_AI_RESPONSE_ID);
  const isRequestId = responseId?.startsWith(REQUEST_ID_PREFIX) === true;
  const resends = readOrdinal(attributes, RESEND_COUNT);
  const finishReasons = readTextList(attributes, ATTR_GEN_AI_RESPONSE_FINISH_REASONS);
  return {
    scope: layer.scope,
    rank: layer.rank,
    providerRequestId: readText(attributes, REQUEST_ID) ?? (isRequestId ? responseId : undefined),
    messageId: isRequestId ? undefined : responseId,
    provider: readProvider(attributes),
    requestModel: readText(attributes, ATTR_GEN_AI_REQUEST_MODEL),
    responseModel: readText(attributes, ATTR_GEN_AI_RESPONSE_MODEL),
    startedUnixNano: span.startTimeUnixNano,
    endedUnixNano: span.endTimeUnixNano,
    ttftMs: toMilliseconds(readNumber(attributes, ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK)),
    status: layer.status,
    errorType: failure.errorType,
    errorMessage: failure.errorMessage,
    attempts: resends === undefined ? undefined : resends + 1,
    finishReason: finishReasons?.[0] ?? readFirstText(attributes, STOP_REASONS),
    tokens: readTokens(attributes, layer.inputMeaning, notes),
    serviceTier: readServiceTier(attributes),
    costReportedPicoUsd: readCost(attributes),
    notes,
  };
}

/** Whether any usage is stated at all. */
export function hasGenAiUsage(attributes: KeyValues): boolean {
  return [...INPUT, ...OUTPUT].some((name) => attributes.has(name));
}

/** The provider, in the words of `gen_ai.provider.name`. */
function readProvider(attributes: KeyValues): string | undefined {
  const provider = readText(attributes, ATTR_GEN_AI_PROVIDER_NAME);
  if (provider !== undefined) return provider;
  const system = readText(attributes, ATTR_LEGACY_GEN_AI_SYSTEM);
  return system === undefined ? undefined : (PROVIDERS_OF_SYSTEM.get(system) ?? system);
}

/** The result of a message batch is billed at the tier of batches, also where the result itself does not say so. */
function readServiceTier(attributes: KeyValues): string | undefined {
  return readText(attributes, SERVICE_TIER) ?? (attributes.has(BATCH_ID) ? BATCH_TIER : undefined);
}

function readCost(attributes: KeyValues): bigint | undefined {
  for (const name of COST) {
    const cost = readNumber(attributes, name);
    if (cost !== undefined) return toPicoUsd(cost);
  }
  return undefined;
}

function readTokens(attributes: KeyValues, inputMeaning: ReportedUsage["inputMeaning"], notes: string[]): TokenBuckets {
  return toTokenBuckets(
    {
      inputMeaning,
      input: readFirstCount(attributes, INPUT, notes),
      output: readFirstCount(attributes, OUTPUT, notes),
      reasoning: readFirstCount(attributes, REASONING, notes),
      cacheRead: readFirstCount(attributes, CACHE_READ, notes),
      cacheWrite: readFirstCount(attributes, CACHE_WRITE, notes),
      cacheWrite5m: readFirstCount(attributes, CACHE_WRITE_5M, notes),
      cacheWrite1h: readFirstCount(attributes, CACHE_WRITE_1H, notes),
      total: readFirstCount(attributes, TOTAL, notes),
      compactionInput: readCount(attributes, COMPACTION_INPUT, notes),
      compactionOutput: readCount(attributes, COMPACTION_OUTPUT, notes),
    },
    notes,
  );
}

/** Seconds to milliseconds, to the nanosecond, so that 0.029 s is 29 ms and not 29.000000000000004 ms. */
export function toMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined || seconds < 0 ? undefined : Math.round(seconds * 1e9) / 1e6;
}
