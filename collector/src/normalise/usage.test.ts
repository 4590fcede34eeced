import { describe, expect, it } from "vitest";
import { type ReportedUsage, toTokenBuckets } from "./usage.ts";

const REPORT: ReportedUsage = {
  inputMeaning: "inclusive",
  input: 6120,
  output: 42,
  reasoning: 7,
  cacheRead: 5000,
  cacheWrite: 1000,
  cacheWrite5m: 700,
  cacheWrite1h: 300,
};
const BUCKETS = {
  uncachedInputTokens: 120,
  cacheReadTokens: 5000,
  cacheWrite5mTokens: 700,
  cacheWrite1hTokens: 300,
  cacheWriteUnknownTokens: 0,
  outputTokens: 42,
  reasoningTokens: 7,
};

function buckets(change: Partial<ReportedUsage>): { read: ReturnType<typeof toTokenBuckets>; notes: string[] } {
  const notes: string[] = [];
  return { read: toTokenBuckets({ ...REPORT, ...change }, notes), notes };
}

describe("token arithmetic", () => {
  it("takes the cache out of an inclusive input", () => {
    expect(buckets({})).toStrictEqual({ read: BUCKETS, notes: [] });
  });

  it("leaves an exclusive input as it is", () => {
    expect(buckets({ inputMeaning: "exclusive", input: 120 })).toStrictEqual({ read: BUCKETS, notes: [] });
  });

  it("believes the numbers before the convention when the input is too small to include the cache", () => {
    const { read, notes } = buckets({ input: 120 });

    expect(read).toStrictEqual(BUCKETS);
    expect(notes).toStrictEqual(["input of 120 is less than the 6000 cached tokens, so it cannot include them"]);
  });

  it("takes an input that equals the cached tokens as fully cached", () => {
    expect(buckets({ input: 6000 })).toStrictEqual({ read: { ...BUCKETS, uncachedInputTokens: 0 }, notes: [] });
  });

  it("learns from a total that counts the cache beside the input", () => {
    expect(buckets({ input: 9000, total: 15_042 }).read.uncachedInputTokens).toBe(9000);
    expect(buckets({ input: 9000, total: 9042 }).read.uncachedInputTokens).toBe(3000);
    expect(buckets({ input: 9000, total: 1 }).read.uncachedInputTokens).toBe(3000);
  });

  it("learns nothing from a total when there is no cache", () => {
    const { read, notes } = buckets({
      input: 10,
      cacheRead: undefined,
      cacheWrite: undefined,
      cacheWrite5m: undefined,
      cacheWrite1h: undefined,
      total: 52,
    });

    expect(read.uncachedInputTokens).toBe(10);
    expect(notes).toStrictEqual([]);
  });

  it("keeps apart what was not reported and what was zero", () => {
    const notes: string[] = [];

    expect(toTokenBuckets({ inputMeaning: "inclusive", output: 0 }, notes)).toStrictEqual({
      uncachedInputTokens: undefined,
      cacheReadTokens: undefined,
      outputTokens: 0,
      reasoningTokens: undefined,
    });
    expect(buckets({ input: undefined }).read.uncachedInputTokens).toBeUndefined();
    expect(buckets({ cacheWrite: 0, cacheWrite5m: undefined, cacheWrite1h: undefined }).read).toMatchObject({
      cacheWrite5mTokens: 0,
      cacheWrite1hTokens: 0,
      cacheWriteUnknownTokens: 0,
    });
  });

  it("puts writes without a lifetime into their own bucket", () => {
    const { read, notes } = buckets({ cacheWrite5m: undefined, cacheWrite1h: undefined });

    expect(read.cacheWriteUnknownTokens).toBe(1000);
    expect(read.cacheWrite5mTokens).toBeUndefined();
    expect(read.uncachedInputTokens).toBe(120);
    expect(notes).toStrictEqual([]);
  });

  it("leaves what a split by lifetime does not account for unknown, and says so", () => {
    const { read, notes } = buckets({ cacheWrite1h: 200 });

    expect(read).toStrictEqual({ ...BUCKETS, cacheWrite1hTokens: 200, cacheWriteUnknownTokens: 100 });
    expect(notes).toStrictEqual(["cache writes of 900 by lifetime leave 100 of the 1000 written unknown"]);
    expect(buckets({ cacheWrite5m: undefined }).read).toMatchObject({
      cacheWrite5mTokens: 0,
      cacheWrite1hTokens: 300,
      cacheWriteUnknownTokens: 700,
    });
  });

  it("does not believe a split by lifetime of more than was written", () => {
    const { read, notes } = buckets({ cacheWrite1h: 301 });

    expect(read).toMatchObject({ cacheWriteUnknownTokens: 1000, uncachedInputTokens: 120 });
    expect(read.cacheWrite5mTokens).toBeUndefined();
    expect(notes).toStrictEqual([
      "cache writes of 1001 by lifetime are more than the 1000 written; the lifetime is unknown",
    ]);
    expect(buckets({ cacheWrite5m: 0, cacheWrite1h: 0 }).notes).toStrictEqual([]);
    expect(buckets({ cacheWrite5m: 1000, cacheWrite1h: undefined }).read).toMatchObject({
      cacheWrite5mTokens: 1000,
      cacheWrite1hTokens: 0,
    });
  });

  it("takes the split as the total when no total was written", () => {
    expect(buckets({ cacheWrite: undefined })).toStrictEqual({ read: BUCKETS, notes: [] });
  });

  it("leaves out more reasoning than output", () => {
    const { read, notes } = buckets({ reasoning: 43 });

    expect(read.reasoningTokens).toBeUndefined();
    expect(read.outputTokens).toBe(42);
    expect(notes).toStrictEqual(["reasoning of 43 tokens is more than the output of 42; it is left out"]);
  });

  it("adds what compaction cost, and says so", () => {
    const { read, notes } = buckets({ compactionInput: 900, compactionOutput: 50 });

    expect(read).toMatchObject({ uncachedInputTokens: 1020, outputTokens: 92, cacheReadTokens: 5000 });
    expect(notes).toStrictEqual(["compaction of 900 input and 50 output tokens is added"]);
    expect(buckets({ compactionInput: 0, compactionOutput: 0 })).toStrictEqual({ read: BUCKETS, notes: [] });
  });
});
