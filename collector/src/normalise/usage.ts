/** Token arithmetic: what the many ways of reporting usage mean in disjoint buckets. Pure. */
import type { TokenBuckets } from "./records.ts";

/** Usage of one call as it was reported, before anybody asked what its input includes. */
export interface ReportedUsage {
  /** Whether the source means its input to contain cache reads and writes. Overruled where the numbers prove otherwise. */
  readonly inputMeaning: "inclusive" | "exclusive";
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly reasoning?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  /** Input and output together, where the source states that. */
  readonly total?: number | undefined;
  /** Tokens of compacting the conversation, which Anthropic bills beside the totals. */
  readonly compactionInput?: number | undefined;
  readonly compactionOutput?: number | undefined;
}

type Writes = Pick<TokenBuckets, "cacheWrite5mTokens" | "cacheWrite1hTokens" | "cacheWriteUnknownTokens">;

/** The buckets of a report; each odd decision is added to `notes`. */
export function toTokenBuckets(reported: ReportedUsage, notes: string[]): TokenBuckets {
  const writes = splitWrites(reported, notes);
  const read = reported.cacheRead;
  const cached = (read ?? 0) + sumOfWrites(writes);
  return {
    uncachedInputTokens: plus(uncachedInput(reported, cached, notes), compaction(reported, notes)),
    cacheReadTokens: read,
    ...writes,
    outputTokens: plus(reported.output, reported.compactionOutput),
    reasoningTokens: reasoning(reported, notes),
  };
}

function uncachedInput(reported: ReportedUsage, cached: number, notes: string[]): number | undefined {
  const { input, output, total } = reported;
  if (input === undefined || reported.inputMeaning === "exclusive") return input;
  if (input < cached) {
    notes.push(`input of ${input} is less than the ${cached} cached tokens, so it cannot include them`);
    return input;
  }
  if (cached > 0 && total !== undefined && output !== undefined && total === input + output + cached) {
    notes.push(
      `total of ${total} is input, output and cached tokens together, so the input does not include the cache`,
    );
    return input;
  }
  return input - cached;
}

/** What a split leaves open is of unknown lifetime; a split that is too large is not believed at all. */
function splitWrites(reported: ReportedUsage, notes: string[]): Writes {
  const { cacheWrite, cacheWrite5m, cacheWrite1h } = reported;
  const split = (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0);
  if (cacheWrite === undefined && cacheWrite5m === undefined && cacheWrite1h === undefined) return {};
  if (cacheWrite === undefined || split === cacheWrite) {
    return {
      cacheWrite5mTokens: cacheWrite5m ?? 0,
      cacheWrite1hTokens: cacheWrite1h ?? 0,
      cacheWriteUnknownTokens: 0,
    };
  }
  if (split > 0 && split < cacheWrite) {
    notes.push(`cache writes of ${split} by lifetime leave ${cacheWrite - split} of the ${cacheWrite} written unknown`);
    return {
      cacheWrite5mTokens: cacheWrite5m ?? 0,
      cacheWrite1hTokens: cacheWrite1h ?? 0,
      cacheWriteUnknownTokens: cacheWrite - split,
    };
  }
  if (split > 0) {
    notes.push(`cache writes of ${split} by lifetime are more than the ${cacheWrite} written; the lifetime is unknown`);
  }
  return { cacheWriteUnknownTokens: cacheWrite };
}

function reasoning(reported: ReportedUsage, notes: string[]): number | undefined {
  const { output, reasoning: tokens } = reported;
  if (tokens === undefined || output === undefined || tokens <= output) return tokens;
  notes.push(`reasoning of ${tokens} tokens is more than the output of ${output}; it is left out`);
  return undefined;
}

function compaction(reported: ReportedUsage, notes: string[]): number | undefined {
  const { compactionInput, compactionOutput } = reported;
  if ((compactionInput ?? 0) > 0 || (compactionOutput ?? 0) > 0) {
    notes.push(`compaction of ${compactionInput ?? 0} input and ${compactionOutput ?? 0} output tokens is added`);
  }
  return compactionInput;
}

function sumOfWrites(writes: Writes): number {
  return (writes.cacheWrite5mTokens ?? 0) + (writes.cacheWrite1hTokens ?? 0) + (writes.cacheWriteUnknownTokens ?? 0);
}

function plus(one: number | undefined, other: number | undefined): number | undefined {
  return other === undefined ? one : (one ?? 0) + other;
}
