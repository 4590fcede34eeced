import { ATTR_GEN_AI_USAGE_INPUT_TOKENS, ATTR_GEN_AI_USAGE_OUTPUT_TOKENS } from "@phasewise/semconv";
import type { KeyValues } from "../../../decode/otlp.ts";
import { readFirstCount, readNumber } from "../../attribute-bag.ts";
import { readJson } from "../../json-attribute.ts";
import { toPicoUsd } from "../../pico-usd.ts";
import type { ReportedUsage } from "../../usage.ts";

const USAGE = "langsmith.usage_metadata";
const DETAILS = "input_token_details.";
/** JavaScript shortens "1h" to "1hr"; Python keeps Anthropic's name. */
const WRITES_1H = [`${DETAILS}ephemeral_1h_input_tokens`, `${DETAILS}ephemeral_1hr_input_tokens`];
const WRITES_5M = [`${DETAILS}ephemeral_5m_input_tokens`];

/** Whether the run states any usage. */
export function hasLangSmithUsage(attributes: KeyValues): boolean {
  return attributes.has(USAGE) || attributes.has(ATTR_GEN_AI_USAGE_INPUT_TOKENS);
}

/** LangChain's usage object, completed by the attributes beside it. */
export function readLangSmithUsage(attributes: KeyValues, notes: string[]): ReportedUsage {
  const usage = withDetails(attributes);
  const write5m = readFirstCount(usage, WRITES_5M, notes);
  const write1h = readFirstCount(usage, WRITES_1H, notes);
  const written = readFirstCount(usage, [`${DETAILS}cache_creation`], notes);
  const split = (write5m ?? 0) + (write1h ?? 0);
  return {
    inputMeaning: "inclusive",
    input: readFirstCount(usage, ["input_tokens", ATTR_GEN_AI_USAGE_INPUT_TOKENS], notes),
    output: readFirstCount(usage, ["output_tokens", ATTR_GEN_AI_USAGE_OUTPUT_TOKENS], notes),
    reasoning: readFirstCount(usage, ["output_token_details.reasoning"], notes),
    cacheRead: readFirstCount(usage, [`${DETAILS}cache_read`], notes),
    // Where the lifetimes are told, LangChain sets the sum to zero, so that nobody adds both.
    cacheWrite: written === 0 && split > 0 ? undefined : written,
    cacheWrite5m: write5m,
    cacheWrite1h: write1h,
    total: readFirstCount(usage, ["total_tokens"], notes),
  };
}

/** Cost in 1e-12 USD, where the program states one. */
export function readLangSmithCost(attributes: KeyValues): bigint | undefined {
  const cost = readNumber(readJson(attributes, USAGE), "total_cost");
  return cost === undefined ? undefined : toPicoUsd(cost);
}

/** The details are in the object, or in attributes of their own, or in both. */
function withDetails(attributes: KeyValues): KeyValues {
  return new Map([
    ...attributes,
    ...prefixed(readJson(attributes, "gen_ai.usage.input_token_details"), DETAILS),
    ...prefixed(readJson(attributes, "gen_ai.usage.output_token_details"), "output_token_details."),
    ...readJson(attributes, USAGE),
  ]);
}

function prefixed(values: KeyValues, prefix: string): KeyValues {
  return new Map(Array.from(values, ([name, value]) => [prefix + name, value]));
}
