/**
 * What Anthropic bills for one request. The order of the rules is Claude Code's own: tokens at the row's prices, the sum
 * times the multipliers, web searches added last at their plain price.
 * Where the list gives no price there is none: a guess would look like a fact.
 */
import { parseDecimal, usdPerMillionToPicoPerToken, usdToPico } from "../exact-money.ts";
import type { Decimal } from "../exact-money.ts";
import type { BillableUsage, PriceAnswer, PriceQuestion, PriceRow } from "../provider.ts";
import { absurdUsage, inputTokens } from "../usage.ts";
import { canonicalClaudeModel, cloudOfModelId } from "./models.ts";
import { LONG_PROMPT_ABOVE_TOKENS, PRICES, TERMS } from "./prices.ts";

interface TokenPrices {
  readonly validFrom: string | null;
  readonly validFromMs: number;
  /** 1e-12 USD a token. */
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheWrite5m: bigint;
  readonly cacheWrite1h: bigint;
  readonly cacheRead: bigint;
}

const PROVIDER_ID = "anthropic";
const WEB_SEARCH_PICO = usdToPico(TERMS.webSearchUsd);
const US_FACTOR = parseDecimal(TERMS.usFactor);
const BATCH_FACTOR = parseDecimal(TERMS.batchFactor);
const ROWS: ReadonlyMap<string, readonly TokenPrices[]> = rowsByModelAndTier();

/** Speeds that are the ordinary one; `normal` is Claude Code's word. */
const STANDARD_SPEEDS: ReadonlySet<string | undefined> = new Set([undefined, "standard", "normal"]);
/** Tiers at the plain list price. */
const STANDARD_SERVICE_TIERS: ReadonlySet<string | undefined> = new Set([undefined, "standard", "standard_only"]);

/** The price of a request to Anthropic, or why there is none. */
export function priceClaude(question: PriceQuestion): PriceAnswer {
  const { usage, serviceTier, inferenceGeo } = question;
  const model = canonicalClaudeModel(question.model);
  if (model === undefined) return unpriced(`no price is known for model "${question.model}"`);
  const cloud = cloudOfModelId(question.model);
  if (cloud !== undefined) {
    return unpriced(`"${question.model}" is an id of ${cloud}, which bills by a price list of its own`);
  }
  const absurd = absurdUsage(usage);
  if (absurd !== undefined) return unpriced(absurd);
  if (serviceTier === "priority") return unpriced("the priority tier is priced by contract");
  const batch = serviceTier === "batch";
  if (!batch && !STANDARD_SERVICE_TIERS.has(serviceTier)) {
    return unpriced(`no price is known for service tier "${serviceTier}"`);
  }

  const tier = tierOf(model, question);
  if (typeof tier !== "string") return tier;
  const prices = ROWS.get(`${model} ${tier}`)?.findLast((row) => row.validFromMs <= question.atUnixMs);
  if (prices === undefined) return unpriced(`no price of model "${model}" is known for the time of the call`);

  const us = inferenceGeo === "us";
  let tokens = tokenCost(usage, prices);
  // Multiplied before it is divided; every price is a multiple of 20, so nothing is lost (a test holds the table to it).
  if (us) tokens = times(tokens, US_FACTOR);
  if (batch) tokens = times(tokens, BATCH_FACTOR);
  const marks = [tier === "standard" ? "" : `+${tier}`, us ? "+us" : "", batch ? "+batch" : ""].join("");
  const date = prices.validFrom === null ? "" : `@${prices.validFrom}`;
  return {
    priced: true,
    costPicoUsd: tokens + BigInt(usage.webSearchRequests) * WEB_SEARCH_PICO,
    priceId: `${PROVIDER_ID}/${model}${date}${marks}`,
  };
}

/** Which of the model's rows holds, or the answer that none does. */
function tierOf(model: string, { model: reported, speed, usage, manyRequests }: PriceQuestion): string | PriceAnswer {
  if (speed === "fast") {
    return ROWS.has(`${model} fast`) ? "fast" : unpriced(`no fast-mode price is known for model "${reported}"`);
  }
  if (!STANDARD_SPEEDS.has(speed)) return unpriced(`no price is known for speed "${speed}"`);
  if (!ROWS.has(`${model} long`) || inputTokens(usage) <= LONG_PROMPT_ABOVE_TOKENS) return "standard";
  if (manyRequests !== true) return "long";
  return unpriced(`a sum over requests does not tell which prompts were above ${LONG_PROMPT_ABOVE_TOKENS} tokens`);
}

function tokenCost(usage: BillableUsage, prices: TokenPrices): bigint {
  return (
    BigInt(usage.uncachedInputTokens) * prices.input +
    BigInt(usage.outputTokens) * prices.output +
    BigInt(usage.cacheReadTokens) * prices.cacheRead +
    BigInt(usage.cacheWrite1hTokens) * prices.cacheWrite1h +
    (BigInt(usage.cacheWrite5mTokens) + BigInt(usage.cacheWriteUnknownTokens)) * prices.cacheWrite5m
  );
}

function times(tokens: bigint, { units, scale }: Decimal): bigint {
  return (tokens * units) / 10n ** BigInt(scale);
}

function rowsByModelAndTier(): Map<string, TokenPrices[]> {
  const rows = new Map<string, TokenPrices[]>();
  for (const row of PRICES) {
    const key = `${row.model} ${row.tier}`;
    const dated = rows.get(key);
    if (dated === undefined) rows.set(key, [tokenPrices(row)]);
    else dated.push(tokenPrices(row));
  }
  return rows;
}

function tokenPrices(row: PriceRow): TokenPrices {
  return {
    validFrom: row.validFrom,
    validFromMs: row.validFrom === null ? -Infinity : Date.parse(`${row.validFrom}T00:00:00Z`),
    input: usdPerMillionToPicoPerToken(row.input),
    output: usdPerMillionToPicoPerToken(row.output),
    cacheWrite5m: usdPerMillionToPicoPerToken(row.cacheWrite5m),
    cacheWrite1h: usdPerMillionToPicoPerToken(row.cacheWrite1h),
    cacheRead: usdPerMillionToPicoPerToken(row.cacheRead),
  };
}

function unpriced(reason: string): PriceAnswer {
  return { priced: false, reason };
}
