import { describe, expect, it } from "vitest";
import type { TokenBuckets } from "../records.ts";
import { KNOWN_TOKENS, byLog, bySpan, onlyCall, settled } from "./test-support/sample.ts";
import type { Stated } from "./test-support/sample.ts";

const ID = { messageId: "msg_1" };

/** A call reported by a span of rank 20 and a log record of rank 10. */
function spanAndLog(ofSpan: Stated, ofLog: Stated): ReturnType<typeof onlyCall> {
  const evidence = [
    bySpan("a", { ...ID, rank: 20, dialect: "native", ...ofSpan }),
    byLog("1", "z", { ...ID, rank: 10, dialect: "event", ...ofLog }),
  ];
  return onlyCall(settled({ evidence }));
}

function withUsage(tokens: TokenBuckets, more: Stated = {}): ReturnType<typeof onlyCall> {
  return onlyCall(settled({ evidence: [bySpan("a", { tokens, ...more })] }));
}

describe("columns of a call", () => {
  it("are each from the best report that has a value", () => {
    const call = spanAndLog(
      { ttftMs: 5, finishReason: "end_turn", attempts: 2, serviceTier: "standard", responseModel: "claude-opus-5-5" },
      { ttftMs: 8, costReportedPicoUsd: 77n, speed: "standard", service: "claude-code" },
    );

    expect(call).toMatchObject({
      ttftMs: 8,
      finishReason: "end_turn",
      attempts: 2,
      serviceTier: "standard",
      speed: "standard",
      costReportedPicoUsd: 77n,
      service: "claude-code",
      responseModel: "claude-opus-5-5",
      layers: ["event", "native"],
      countedFrom: "event",
    });
  });

  it("say when and where by the best span, even if a log record counts", () => {
    const call = spanAndLog({ startedUnixNano: 5n, endedUnixNano: 9n }, { startedUnixNano: 6n, endedUnixNano: 10n });

    expect(call).toMatchObject({ spanId: "a", startedUnixNano: 5n, endedUnixNano: 9n, countedFrom: "event" });
  });

  it("say when by the log record where there is no span", () => {
    const call = onlyCall(settled({ evidence: [byLog("1", "z", { startedUnixNano: 6n, endedUnixNano: 10n })] }));

    expect(call).toMatchObject({ callKey: "log:1", spanId: "z", startedUnixNano: 6n, endedUnixNano: 10n });
  });

  it("have an error only if the report that counts has failed", () => {
    expect(spanAndLog({ status: "error", errorType: "late", tokens: {} }, {}).errorType).toBeUndefined();
    expect(spanAndLog({ errorType: "overloaded_error" }, { status: "error", errorMessage: "529" })).toMatchObject({
      status: "error",
      errorType: "overloaded_error",
      errorMessage: "529",
    });
  });

  it("keep an unknown model as it was reported, and unpriced", () => {
    expect(withUsage(KNOWN_TOKENS, { requestModel: "claude-sonnet-5-55" })).toMatchObject({
      model: "claude-sonnet-5-55",
      costPicoUsd: undefined,
      priceId: undefined,
      unpricedReason: 'no price is known for model "claude-sonnet-5-55"',
    });
  });

  it("collect the notes of all reports, each once and sorted", () => {
    expect(spanAndLog({ notes: ["b", "a"] }, { notes: ["a"] }).notes).toEqual(["a", "b"]);
  });
});

describe("tokens of a call", () => {
  it("are the set of the best report, never a mix", () => {
    const call = spanAndLog({ tokens: KNOWN_TOKENS }, { tokens: { uncachedInputTokens: 100, outputTokens: 41 } });

    expect(call.tokens).toEqual({ uncachedInputTokens: 100, outputTokens: 41 });
  });

  it("are those of the next report when the best has none", () => {
    const call = spanAndLog({ tokens: KNOWN_TOKENS }, { tokens: { reasoningTokens: 3 } });

    expect(call).toMatchObject({ tokens: KNOWN_TOKENS, countedFrom: "native" });
  });

  it("take the lifetimes of cache writes from a report of the same sums", () => {
    const unsplit = {
      uncachedInputTokens: 120,
      cacheReadTokens: 5000,
      cacheWriteUnknownTokens: 1000,
      outputTokens: 42,
    };

    expect(spanAndLog({ tokens: KNOWN_TOKENS }, { tokens: unsplit })).toMatchObject({
      tokens: KNOWN_TOKENS,
      countedFrom: "event",
      costPicoUsd: 8_220_000_000n,
      disagreements: [],
    });
    expect(
      spanAndLog({ tokens: KNOWN_TOKENS }, { tokens: { ...unsplit, cacheWriteUnknownTokens: 999 } }).tokens,
    ).toEqual({ ...unsplit, cacheWriteUnknownTokens: 999 });
  });

  it("take the reasoning from a report of the same output", () => {
    const spoken = { tokens: { ...KNOWN_TOKENS, reasoningTokens: 7 } };

    expect(spanAndLog(spoken, {}).tokens.reasoningTokens).toBe(7);
    expect(
      spanAndLog(spoken, { tokens: { ...KNOWN_TOKENS, outputTokens: 41 } }).tokens.reasoningTokens,
    ).toBeUndefined();
  });
});

describe("disagreements", () => {
  it("name the fact, the layers and both values", () => {
    const call = spanAndLog(
      { tokens: { ...KNOWN_TOKENS, cacheReadTokens: 4000, outputTokens: 40 }, requestModel: "claude-opus-5" },
      {},
    );

    expect(call.disagreements).toEqual([
      "cache read tokens: event (log) reports 5000, native (span) 4000",
      "output tokens: event (log) reports 42, native (span) 40",
      "request model: event (log) reports claude-opus-5-5, native (span) claude-opus-5",
    ]);
  });

  it("are not what a layer leaves out, nor another name of the same model", () => {
    const call = spanAndLog(
      { tokens: { outputTokens: 42 }, requestModel: "anthropic/claude-opus-5-5" },
      { requestModel: "claude-opus-5-5[1m]" },
    );

    expect(call.disagreements).toEqual([]);
  });
});

describe("the cost of a call", () => {
  it("depends on what the layers know together", () => {
    expect(spanAndLog({ inferenceGeo: "us", serviceTier: "batch" }, { webSearchRequests: 1 })).toMatchObject({
      costPicoUsd: 14_521_000_000n,
      priceId: "anthropic/claude-opus-5-5+us+batch",
      unpricedReason: undefined,
    });
  });

  it("is that of the day on which the call began", () => {
    const day = BigInt(Date.UTC(2026, 9, 7)) * 1_000_000n;
    const read = { cacheReadTokens: 1000, uncachedInputTokens: 0, outputTokens: 0 };
    const sonnet = { requestModel: "claude-sonnet-5-5", endedUnixNano: day + 5n };

    expect(withUsage(read, { ...sonnet, startedUnixNano: day - 1n }).costPicoUsd).toBe(200_000_000n);
    expect(withUsage(read, { ...sonnet, startedUnixNano: day }).costPicoUsd).toBe(100_000_000n);
  });

  it("is unknown without usage, unless the call failed and so is not billed", () => {
    expect(withUsage({})).toMatchObject({ costPicoUsd: undefined, unpricedReason: "no usage reported" });
    expect(withUsage({}, { status: "cancelled" })).toMatchObject({ unpricedReason: "no usage reported" });
    expect(withUsage({}, { status: "error" })).toMatchObject({
      costPicoUsd: 0n,
      priceId: undefined,
      unpricedReason: undefined,
    });
    expect(withUsage(KNOWN_TOKENS, { status: "error" }).costPicoUsd).toBe(8_220_000_000n);
  });

  it("is zero for a zero that was reported", () => {
    expect(withUsage({ uncachedInputTokens: 0, outputTokens: 0 })).toMatchObject({
      costPicoUsd: 0n,
      priceId: "anthropic/claude-opus-5-5",
    });
  });

  it("is what is known of usage that is known in part, with a note", () => {
    expect(withUsage({ uncachedInputTokens: 1000 })).toMatchObject({
      costPicoUsd: 4_000_000_000n,
      notes: ["output tokens were not reported and are not in the cost"],
    });
    expect(withUsage({ outputTokens: 1000 }).notes).toEqual([
      "uncached input tokens were not reported and are not in the cost",
    ]);
  });

  it("takes cache writes of unknown lifetime for 5-minute ones, with a note", () => {
    const tokens = { uncachedInputTokens: 1, outputTokens: 1 };
    const unknown = withUsage({ ...tokens, cacheWriteUnknownTokens: 1000 });
    const short = withUsage({ ...tokens, cacheWrite5mTokens: 1000, cacheWriteUnknownTokens: 0 });

    expect(unknown.costPicoUsd).toBe(short.costPicoUsd);
    expect([unknown.notes, short.notes]).toEqual([
      ["the lifetime of 1000 written tokens was not reported; they are priced as 5-minute ones"],
      [],
    ]);
  });

  it("is unknown without a model, and where it is more than can be true", () => {
    expect(withUsage(KNOWN_TOKENS, { requestModel: undefined })).toMatchObject({
      model: undefined,
      costPicoUsd: undefined,
      unpricedReason: "no model reported",
    });
    expect(withUsage({ uncachedInputTokens: 249_999_750_000 }).costPicoUsd).toBe(999_999n * 10n ** 12n);
    expect(withUsage({ uncachedInputTokens: 249_999_750_001 })).toMatchObject({
      costPicoUsd: undefined,
      unpricedReason: "a cost of 999999 USD for one call is more than can be true",
    });
    expect(withUsage({ uncachedInputTokens: Number.MAX_SAFE_INTEGER }).costPicoUsd).toBeUndefined();
    expect(withUsage({ outputTokens: -5 }).costPicoUsd).toBeUndefined();
  });

  it("of a sum over requests is unknown where the tier depends on each request", () => {
    const sum = { scope: "aggregate", requestModel: "claude-haiku-5-5" } as const;

    expect(withUsage({ uncachedInputTokens: 100_001 }, sum).costPicoUsd).toBeUndefined();
    expect(withUsage({ uncachedInputTokens: 100_000 }, sum).costPicoUsd).toBe(10_000_000_000n);
  });
});
