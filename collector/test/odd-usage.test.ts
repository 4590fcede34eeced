/** Usage that is odd, from the span to the priced call: what is done with it, and the note that says so. */
import { describe, expect, it } from "vitest";
import type { ModelCall } from "../src/normalise/settlement.ts";
import { callsOf, spanExport, type Value } from "./support/settled-telemetry.ts";

/** A million tokens of Claude Opus 5.5 are 4 USD of input, 20 of output, 5 and 8 of writes, 0.20 of reads. */
const PICO = { input: 4_000_000n, output: 20_000_000n, write5m: 5_000_000n, write1h: 8_000_000n, read: 200_000n };

const SPLIT_5M = "anthropic.usage.cache_creation.ephemeral_5m_input_tokens";
const SPLIT_1H = "anthropic.usage.cache_creation.ephemeral_1h_input_tokens";
const USAGE = {
  "gen_ai.usage.input_tokens": 6120,
  "gen_ai.usage.cache_read.input_tokens": 5000,
  "gen_ai.usage.cache_write.input_tokens": 1000,
  [SPLIT_5M]: 700,
  [SPLIT_1H]: 300,
  "gen_ai.usage.output_tokens": 42,
};
const COST = 120n * PICO.input + 5000n * PICO.read + 700n * PICO.write5m + 300n * PICO.write1h + 42n * PICO.output;

describe("odd usage", () => {
  it("an ordinary call is the measure: every bucket as reported, no note", () => {
    const call = callOf(USAGE);

    expect(call.tokens).toMatchObject({
      uncachedInputTokens: 120,
      cacheReadTokens: 5000,
      cacheWrite5mTokens: 700,
      cacheWrite1hTokens: 300,
      cacheWriteUnknownTokens: 0,
      outputTokens: 42,
    });
    expect(call.costPicoUsd).toBe(COST);
    expect(call.notes).toStrictEqual([]);
  });

  it("an input that is less than its cached part is taken as the uncached one", () => {
    const call = callOf({ ...USAGE, "gen_ai.usage.input_tokens": 120 });

    expect(call.tokens.uncachedInputTokens).toBe(120);
    expect(call.costPicoUsd).toBe(COST);
    expect(call.notes).toStrictEqual(["input of 120 is less than the 6000 cached tokens, so it cannot include them"]);
  });

  it("a total that is input, output and cache together shows that the input does not include the cache", () => {
    const call = callOf({ ...USAGE, "gen_ai.usage.input_tokens": 9000, "gen_ai.usage.total_tokens": 15_042 });

    expect(call.tokens.uncachedInputTokens).toBe(9000);
    expect(call.notes).toStrictEqual([
      "total of 15042 is input, output and cached tokens together, so the input does not include the cache",
    ]);
  });

  it("cache writes without a lifetime are kept apart and priced as those of five minutes", () => {
    const call = callOf({ ...USAGE, [SPLIT_5M]: undefined, [SPLIT_1H]: undefined });

    expect(call.tokens.cacheWriteUnknownTokens).toBe(1000);
    expect(call.tokens.cacheWrite5mTokens).toBeUndefined();
    expect(call.costPicoUsd).toBe(COST - 300n * (PICO.write1h - PICO.write5m));
  });

  it("cache writes of which only some have a lifetime: the rest is of unknown lifetime", () => {
    const call = callOf({ ...USAGE, [SPLIT_5M]: 600 });

    expect(call.tokens).toMatchObject({
      cacheWrite5mTokens: 600,
      cacheWrite1hTokens: 300,
      cacheWriteUnknownTokens: 100,
    });
    expect(call.costPicoUsd).toBe(COST);
    expect(call.notes).toContain("cache writes of 900 by lifetime leave 100 of the 1000 written unknown");
  });

  it("cache writes of which more have a lifetime than were written: no lifetime is believed", () => {
    const call = callOf({ ...USAGE, [SPLIT_5M]: 800 });

    expect(call.tokens).toMatchObject({ cacheWriteUnknownTokens: 1000, uncachedInputTokens: 120 });
    expect(call.notes).toContain(
      "cache writes of 1100 by lifetime are more than the 1000 written; the lifetime is unknown",
    );
  });

  it("reasoning is a part of the output and is not billed beside it", () => {
    const call = callOf({ ...USAGE, "gen_ai.usage.reasoning.output_tokens": 7 });

    expect(call.tokens).toMatchObject({ outputTokens: 42, reasoningTokens: 7 });
    expect(call.costPicoUsd).toBe(COST);
  });

  it("more reasoning than output is left out", () => {
    const call = callOf({ ...USAGE, "gen_ai.usage.reasoning.output_tokens": 43 });

    expect(call.tokens).toMatchObject({ outputTokens: 42 });
    expect(call.tokens.reasoningTokens).toBeUndefined();
    expect(call.costPicoUsd).toBe(COST);
    expect(call.notes).toStrictEqual(["reasoning of 43 tokens is more than the output of 42; it is left out"]);
  });

  it("compaction is billed beside the totals and is added to them", () => {
    const call = callOf({
      ...USAGE,
      "anthropic.usage.compaction.input_tokens": 900,
      "anthropic.usage.compaction.output_tokens": 50,
    });

    expect(call.tokens).toMatchObject({ uncachedInputTokens: 1020, outputTokens: 92, cacheReadTokens: 5000 });
    expect(call.costPicoUsd).toBe(COST + 900n * PICO.input + 50n * PICO.output);
    expect(call.notes).toStrictEqual(["compaction of 900 input and 50 output tokens is added"]);
  });

  it("a stream that was given up before its end keeps its input, and its output is unknown", () => {
    const call = callOf({ ...USAGE, "gen_ai.usage.output_tokens": undefined }, 0);

    expect(call.status).toBe("cancelled");
    expect(call.tokens.outputTokens).toBeUndefined();
    expect(call.costPicoUsd).toBe(COST - 42n * PICO.output);
    expect(call.notes).toStrictEqual(["output tokens were not reported and are not in the cost"]);
  });

  it("a refusal counts what it used", () => {
    const call = callOf({ ...USAGE, "anthropic.message.stop_reason": "refusal" });

    expect(call).toMatchObject({ status: "ok", finishReason: "refusal", costPicoUsd: COST });
    expect(call.notes).toStrictEqual(["the model refused to answer; the tokens that it used are counted"]);
  });

  it("a call after retries is one call with the tokens of its answer", () => {
    const call = callOf({ ...USAGE, "http.request.resend_count": 2 });

    expect(call).toMatchObject({ attempts: 3, costPicoUsd: COST });
    expect(call.notes).toStrictEqual([
      "the request took 3 attempts; only the tokens of the last one are known and counted",
    ]);
  });

  it("a call that failed before it was answered costs nothing", () => {
    const call = callOf({ "error.type": "overloaded_error" }, 2);

    expect(call).toMatchObject({ status: "error", errorType: "overloaded_error", costPicoUsd: 0n });
    expect(call.unpricedReason).toBeUndefined();
  });

  it("zero is a count: the call is priced, at nothing", () => {
    const call = callOf({ "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0 });

    expect(call.tokens).toMatchObject({ uncachedInputTokens: 0, outputTokens: 0 });
    expect(call.costPicoUsd).toBe(0n);
    expect(call.unpricedReason).toBeUndefined();
    expect(call.notes).toStrictEqual(["every count that was reported is zero, so the call costs nothing"]);
  });

  it("usage that is not reported is unknown, not zero, and has no price", () => {
    const call = callOf({});

    expect(call.costPicoUsd).toBeUndefined();
    expect(call.unpricedReason).toBe("no usage reported");
  });

  it.each<[string, Value, string]>([
    ["negative", -1, "-1"],
    ["fractional", 1.5, "1.5"],
    ["as large as 2^53", 2n ** 53n, "9007199254740992"],
    ["2^63 - 1", 2n ** 63n - 1n, "9223372036854775807"],
    ["2^63 as text", "9223372036854775808", '"9223372036854775808"'],
    ["2^63 as a double", 2 ** 63, "9223372036854776000"],
    ["a word", "many", '"many"'],
  ])("a count that is %s is left out, and the call is kept", (_, count, shown) => {
    const call = callOf({ ...USAGE, "gen_ai.usage.output_tokens": count });

    expect(call.tokens.outputTokens).toBeUndefined();
    expect(call.costPicoUsd).toBe(COST - 42n * PICO.output);
    expect(call.notes).toStrictEqual([
      `gen_ai.usage.output_tokens is ${shown}, which is not a count; it is left out`,
      "output tokens were not reported and are not in the cost",
    ]);
  });

  it("counts that are possible one by one, at a cost that is not, are unpriced", () => {
    const call = callOf({ "gen_ai.usage.input_tokens": 2n ** 52n, "gen_ai.usage.output_tokens": 1 });

    expect(call.costPicoUsd).toBeUndefined();
    expect(call.unpricedReason).toMatch(/^a cost of \d+ USD for one call is more than can be true$/u);
  });
});

/** The only call of one span of the Anthropic SDK with these attributes; those that are undefined are left out. */
function callOf(usage: { readonly [name: string]: Value | undefined }, status = 1): ModelCall {
  const attributes: Record<string, Value> = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-opus-5-5",
    "anthropic.request.id": "req_1",
  };
  for (const [name, value] of Object.entries(usage)) if (value !== undefined) attributes[name] = value;
  const scope = "com.anthropic.sdk.typescript";
  const calls = callsOf([spanExport({ scope, spanId: "0000000000000001", status, attributes })]);
  const [call] = calls;
  if (call === undefined || calls.length !== 1) throw new Error(`expected one call, got ${calls.length}`);
  return call;
}
