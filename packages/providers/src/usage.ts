/** Sums over the buckets of a call's usage. */
import type { BillableUsage } from "./provider.ts";

/** Everything that was sent: uncached, read from the cache and written to it. */
export function inputTokens(usage: BillableUsage): number {
  return usage.uncachedInputTokens + usage.cacheReadTokens + cacheWriteTokens(usage);
}

/** Everything that was written to the cache, of whatever lifetime. */
export function cacheWriteTokens(usage: BillableUsage): number {
  return usage.cacheWrite5mTokens + usage.cacheWrite1hTokens + usage.cacheWriteUnknownTokens;
}

/** What is wrong with the counts, in words; undefined when they can be true. */
export function absurdUsage(usage: BillableUsage): string | undefined {
  const absurd = Object.entries(usage).find(([, count]) => !Number.isSafeInteger(count) || count < 0);
  return absurd === undefined ? undefined : `expected a whole ${absurd[0]} from 0 to 2^53, got ${String(absurd[1])}`;
}
