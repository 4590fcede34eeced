/** What a settled call costs, or why that is not known. */
import type { BillableUsage, PriceAnswer, PriceQuestion } from "@phasewise/providers";
import type { TokenBuckets } from "../records.ts";
import type { CallPrice, PriceCall } from "../settlement.ts";
import { hasTokens } from "./call-unit.ts";

const PICO_PER_USD = 10n ** 12n;
const NANOS_PER_MS = 1_000_000n;
/** A single call above this is a broken number, and would not fit the DECIMAL(18, 12) of the ledger. */
const MOST_USD = 999_999n;

/**
 * Prices calls by what a table of prices answers. Without any usage there is nothing to multiply: a call that failed
 * before it was answered is not billed and costs 0; of any other one the cost is unknown.
 */
export function createPriceCall(priceOf: (question: PriceQuestion) => PriceAnswer): PriceCall {
  return (call) => {
    if (!hasTokens(call.tokens)) {
      return call.status === "error" ? priced(0n, undefined) : unpriced("no usage reported");
    }
    const model = call.responseModel ?? call.requestModel;
    if (model === undefined) return unpriced("no model reported");
    const answer = priceOf({
      provider: call.provider,
      model,
      atUnixMs: Number(call.startedUnixNano / NANOS_PER_MS),
      usage: billable(call.tokens, call.webSearchRequests),
      speed: call.speed,
      inferenceGeo: call.inferenceGeo,
      serviceTier: call.serviceTier,
      manyRequests: call.scope === "aggregate",
    });
    if (!answer.priced) return unpriced(answer.reason);
    if (answer.costPicoUsd > MOST_USD * PICO_PER_USD) {
      return unpriced(`a cost of ${answer.costPicoUsd / PICO_PER_USD} USD for one call is more than can be true`);
    }
    return priced(answer.costPicoUsd, answer.priceId);
  };
}

/** Notes on usage that is known in part and priced in part. */
export function notesOnPartialUsage(tokens: TokenBuckets): readonly string[] {
  if (!hasTokens(tokens)) return [];
  const notes: string[] = [];
  if (tokens.outputTokens === undefined) notes.push("output tokens were not reported and are not in the cost");
  if (tokens.uncachedInputTokens === undefined) {
    notes.push("uncached input tokens were not reported and are not in the cost");
  }
  const unknown = tokens.cacheWriteUnknownTokens ?? 0;
  if (unknown > 0) {
    notes.push(`the lifetime of ${unknown} written tokens was not reported; they are priced as 5-minute ones`);
  }
  return notes;
}

function billable(tokens: TokenBuckets, webSearchRequests: number | undefined): BillableUsage {
  return {
    uncachedInputTokens: tokens.uncachedInputTokens ?? 0,
    cacheReadTokens: tokens.cacheReadTokens ?? 0,
    cacheWrite5mTokens: tokens.cacheWrite5mTokens ?? 0,
    cacheWrite1hTokens: tokens.cacheWrite1hTokens ?? 0,
    cacheWriteUnknownTokens: tokens.cacheWriteUnknownTokens ?? 0,
    outputTokens: tokens.outputTokens ?? 0,
    webSearchRequests: webSearchRequests ?? 0,
  };
}

function priced(costPicoUsd: bigint, priceId: string | undefined): CallPrice {
  return { costPicoUsd, priceId, unpricedReason: undefined };
}

function unpriced(unpricedReason: string): CallPrice {
  return { costPicoUsd: undefined, priceId: undefined, unpricedReason };
}
