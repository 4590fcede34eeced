/**
 * Who bills, and how. Imports nothing of ours. Money is whole 1e-12 USD (`picoUsd`, bigint), so nothing is ever rounded:
 * the smallest price times the smallest multiplier is 5.5e-9 USD a token.
 */

/** What is billed, in disjoint buckets. */
export interface BillableUsage {
  readonly uncachedInputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  /** Writes whose lifetime was not reported: billed as 5-minute ones. */
  readonly cacheWriteUnknownTokens: number;
  readonly outputTokens: number;
  readonly webSearchRequests: number;
}

/** Everything that the price of one call depends on. */
export interface PriceQuestion {
  /** As telemetry names it, e.g. `anthropic`, `aws.bedrock`, `gcp.vertex_ai`; undefined when it was not reported. */
  readonly provider: string | undefined;
  /** As telemetry names it, e.g. `us.anthropic.claude-sonnet-4-5-20250929-v1:0`. */
  readonly model: string;
  /** When the call was made, in milliseconds since 1970. */
  readonly atUnixMs: number;
  readonly usage: BillableUsage;
  readonly speed?: string | undefined;
  readonly inferenceGeo?: string | undefined;
  readonly serviceTier?: string | undefined;
  /** The usage is a sum over requests, so a price that depends on the size of one request cannot be told. */
  readonly manyRequests?: boolean | undefined;
}

/** The price, or why there is none. */
export type PriceAnswer =
  | { readonly priced: true; readonly costPicoUsd: bigint; readonly priceId: string }
  | { readonly priced: false; readonly reason: string };

/** One dated row of a price table: USD per million tokens, as decimal text. */
export interface PriceRow {
  readonly model: string;
  /** Which of the model's prices: `standard`, or the provider's own word for another one, e.g. `fast`. */
  readonly tier: string;
  /** First day of validity (ISO date, UTC), or null for "always". */
  readonly validFrom: string | null;
  readonly input: string;
  readonly output: string;
  readonly cacheWrite5m: string;
  readonly cacheWrite1h: string;
  readonly cacheRead: string;
}

/** What a provider does to the prices of its rows, as decimal text. */
export interface PriceTerms {
  /** Times the price of all tokens when the inference is kept in the US. */
  readonly usFactor: string;
  /** Times the price of all tokens in a batch. */
  readonly batchFactor: string;
  /** One web search in USD. */
  readonly webSearchUsd: string;
}

/** One provider. */
export interface Provider {
  readonly id: string;
  readonly title: string;
  /** Provider names of telemetry that mean this one. */
  readonly aliases: readonly string[];
  /** Where the prices were read, and when. */
  readonly source: string;
  /** The price table; within a model and tier the oldest row first. */
  readonly prices: readonly PriceRow[];
  readonly terms: PriceTerms;
  /** The canonical id of a model, by exact match after the documented reductions; undefined when it is not known. */
  canonicalModel(reported: string): string | undefined;
  /** Who bills a call that was made under this id, when it is somebody else who serves the same models. */
  billedBy(reported: string): string | undefined;
  price(question: PriceQuestion): PriceAnswer;
}
