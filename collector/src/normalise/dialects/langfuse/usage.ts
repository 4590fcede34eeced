import type { KeyValues } from "../../../decode/otlp.ts";
import { readFirstCount, readNumber } from "../../attribute-bag.ts";
import { readJson } from "../../json-attribute.ts";
import { toPicoUsd } from "../../pico-usd.ts";
import type { ReportedUsage } from "../../usage.ts";

const USAGE = "langfuse.observation.usage_details";
const COST = "langfuse.observation.cost_details";

/** Names of a bucket, of Langfuse's own wrappers first, then as providers call it. */
const CACHE_READ = [
  "cache_read_input_tokens",
  "input_cached_tokens",
  "input_cache_read",
  "input_cache_read_input_tokens",
  "prompt_tokens_details.cached_tokens",
];
const CACHE_WRITE = ["cache_creation_input_tokens", "input_cache_creation", "input_cache_creation_input_tokens"];
const CACHE_WRITE_5M = ["input_cache_creation_5m", "cache_creation.ephemeral_5m_input_tokens"];
const CACHE_WRITE_1H = ["input_cache_creation_1h", "cache_creation.ephemeral_1h_input_tokens"];
const REASONING_APART = ["output_reasoning_tokens", "output_reasoning"];
const REASONING_WITHIN = ["completion_tokens_details.reasoning_tokens", "output_tokens_details.thinking_tokens"];
/** The usage object of OpenAI's API, which is handed on as it is: there the input includes the cache. */
const OPENAI_INPUT = "prompt_tokens";

/** Whether the observation states usage. */
export function hasLangfuseUsage(attributes: KeyValues): boolean {
  return attributes.has(USAGE);
}

/** The buckets as one report. */
export function readLangfuseUsage(attributes: KeyValues, notes: string[]): ReportedUsage {
  const usage = readJson(attributes, USAGE);
  const input = readFirstCount(usage, ["input", "input_tokens", OPENAI_INPUT], notes);
  const output = readFirstCount(usage, ["output", "output_tokens", "completion_tokens"], notes);
  const apart = readFirstCount(usage, REASONING_APART, notes);
  const cacheRead = readFirstCount(usage, CACHE_READ, notes);
  const cacheWrite = readFirstCount(usage, CACHE_WRITE, notes);
  const cacheWrite5m = readFirstCount(usage, CACHE_WRITE_5M, notes);
  const cacheWrite1h = readFirstCount(usage, CACHE_WRITE_1H, notes);
  const isOpenAi = input !== undefined && !usage.has("input") && usage.has(OPENAI_INPUT);
  return {
    inputMeaning: isOpenAi ? "inclusive" : "exclusive",
    input,
    output: apart === undefined ? output : (output ?? 0) + apart,
    reasoning: apart ?? readFirstCount(usage, REASONING_WITHIN, notes),
    cacheRead,
    cacheWrite,
    cacheWrite5m,
    cacheWrite1h,
  };
}

/** Stated cost in 1e-12 USD: the total, or the sum of the buckets when there is no total. */
export function readLangfuseCost(attributes: KeyValues): bigint | undefined {
  const costs = readJson(attributes, COST);
  const total = readNumber(costs, "total");
  if (total !== undefined) return toPicoUsd(total);
  let sum: bigint | undefined;
  for (const name of costs.keys()) {
    const cost = readNumber(costs, name);
    const pico = cost === undefined ? undefined : toPicoUsd(cost);
    if (pico !== undefined) sum = (sum ?? 0n) + pico;
  }
  return sum;
}
