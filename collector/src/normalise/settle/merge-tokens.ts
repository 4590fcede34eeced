/** The tokens of a call from what its layers report. Tokens are a set: a mix of two reports would be nobody's truth. */
import type { TokenBuckets } from "../records.ts";
import type { Evidence } from "../settlement.ts";

/**
 * The counted report's tokens. Where another report has the same sums, it may only tell more finely what they are made of:
 * how long the cache writes live, how much of the output was reasoning.
 */
export function mergeTokens(counted: Evidence, ordered: readonly Evidence[]): TokenBuckets {
  let tokens = counted.reading.tokens;
  for (const { reading } of ordered) tokens = refined(tokens, reading.tokens);
  return tokens;
}

/** Tokens written to the cache, of whatever lifetime; undefined when no bucket of them was reported. */
export function cacheWrites(tokens: TokenBuckets): number | undefined {
  const { cacheWrite5mTokens, cacheWrite1hTokens, cacheWriteUnknownTokens } = tokens;
  if (cacheWrite5mTokens === undefined && cacheWrite1hTokens === undefined && cacheWriteUnknownTokens === undefined) {
    return undefined;
  }
  return withLifetime(tokens) + (cacheWriteUnknownTokens ?? 0);
}

function refined(tokens: TokenBuckets, other: TokenBuckets): TokenBuckets {
  let result = tokens;
  if (withLifetime(other) > withLifetime(tokens) && sameInput(tokens, other)) {
    result = {
      ...result,
      cacheWrite5mTokens: other.cacheWrite5mTokens,
      cacheWrite1hTokens: other.cacheWrite1hTokens,
      cacheWriteUnknownTokens: other.cacheWriteUnknownTokens,
    };
  }
  const sameOutput = tokens.outputTokens !== undefined && tokens.outputTokens === other.outputTokens;
  if (tokens.reasoningTokens === undefined && other.reasoningTokens !== undefined && sameOutput) {
    result = { ...result, reasoningTokens: other.reasoningTokens };
  }
  return result;
}

function sameInput(left: TokenBuckets, right: TokenBuckets): boolean {
  return (
    cacheWrites(left) === cacheWrites(right) &&
    left.uncachedInputTokens === right.uncachedInputTokens &&
    (left.cacheReadTokens ?? 0) === (right.cacheReadTokens ?? 0)
  );
}

function withLifetime(tokens: TokenBuckets): number {
  return (tokens.cacheWrite5mTokens ?? 0) + (tokens.cacheWrite1hTokens ?? 0);
}
