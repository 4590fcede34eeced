/** Where the layers of one call contradict each other, in words. */
import { canonicalModel } from "@phasewise/providers";
import type { TokenBuckets } from "../records.ts";
import type { Evidence } from "../settlement.ts";
import { compareText } from "./canonical-order.ts";
import { cacheWrites } from "./merge-tokens.ts";

type Fact = readonly [name: string, read: (evidence: Evidence) => string | number | undefined];

const FACTS: readonly Fact[] = [
  ["uncached input tokens", ofTokens((tokens) => tokens.uncachedInputTokens)],
  ["cache read tokens", ofTokens((tokens) => tokens.cacheReadTokens)],
  ["cache write tokens", ofTokens(cacheWrites)],
  ["5-minute cache write tokens", ofSplit((tokens) => tokens.cacheWrite5mTokens)],
  ["1-hour cache write tokens", ofSplit((tokens) => tokens.cacheWrite1hTokens)],
  ["output tokens", ofTokens((tokens) => tokens.outputTokens)],
  ["reasoning tokens", ofTokens((tokens) => tokens.reasoningTokens)],
  ["request model", ({ reading }) => canonical(reading.provider, reading.requestModel)],
  ["response model", ({ reading }) => canonical(reading.provider, reading.responseModel)],
];

/** One sentence for each fact on which a layer differs from the counted one, sorted. What a layer does not say is no contradiction. */
export function findDisagreements(counted: Evidence, ordered: readonly Evidence[]): readonly string[] {
  if (ordered.length < 2) return [];
  const sentences = new Set<string>();
  for (const [name, read] of FACTS) {
    const truth = read(counted);
    if (truth === undefined) continue;
    for (const other of ordered) {
      const claim = read(other);
      if (claim === undefined || claim === truth) continue;
      sentences.add(`${name}: ${speaker(counted)} reports ${truth}, ${speaker(other)} ${claim}`);
    }
  }
  return [...sentences].sort(compareText);
}

function speaker({ dialect, source }: Evidence): string {
  return `${dialect} (${source})`;
}

function ofTokens(read: (tokens: TokenBuckets) => number | undefined): Fact[1] {
  return ({ reading }) => read(reading.tokens);
}

/** A bucket of a lifetime, where the lifetime of all writes is known. */
function ofSplit(read: (tokens: TokenBuckets) => number | undefined): Fact[1] {
  return ofTokens((tokens) => ((tokens.cacheWriteUnknownTokens ?? 0) > 0 ? undefined : read(tokens)));
}

function canonical(provider: string | undefined, model: string | undefined): string | undefined {
  return model === undefined ? undefined : (canonicalModel(provider, model) ?? model);
}
