import { describe, expect, it } from "vitest";
import type { BillableUsage, PriceAnswer, PriceQuestion } from "../provider.ts";
import { priceClaude } from "./price.ts";
import { PRICES } from "./prices.ts";

const NOTHING: BillableUsage = {
  uncachedInputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  cacheWriteUnknownTokens: 0,
  outputTokens: 0,
  webSearchRequests: 0,
};
const KNOWN_ANSWER: BillableUsage = {
  ...NOTHING,
  uncachedInputTokens: 120,
  cacheReadTokens: 5000,
  cacheWrite5mTokens: 700,
  cacheWrite1hTokens: 300,
  outputTokens: 42,
};
const NOW = Date.UTC(2026, 10, 20);

function ask(model: string, usage: Partial<BillableUsage>, more: Partial<PriceQuestion> = {}): PriceAnswer {
  return priceClaude({ provider: "anthropic", model, atUnixMs: NOW, ...more, usage: { ...NOTHING, ...usage } });
}

function priced(costPicoUsd: bigint, priceId: string): PriceAnswer {
  return { priced: true, costPicoUsd, priceId };
}

describe("the price of a Claude call", () => {
  it("is 0.006915 USD on Sonnet 4.5 and 0.00822 USD on Opus 5.5 for the known answer", () => {
    expect(ask("claude-sonnet-4-5", KNOWN_ANSWER)).toEqual(priced(6_915_000_000n, "anthropic/claude-sonnet-4-5"));
    expect(ask("claude-opus-5-5", KNOWN_ANSWER)).toEqual(priced(8_220_000_000n, "anthropic/claude-opus-5-5"));
  });

  it("changes with the first millisecond of the effective date", () => {
    const date = Date.UTC(2026, 9, 7);
    const read = { cacheReadTokens: 1_000_000 };

    expect(ask("claude-sonnet-5-5", read, { atUnixMs: date - 1 })).toEqual(
      priced(200_000_000_000n, "anthropic/claude-sonnet-5-5"),
    );
    expect(ask("claude-sonnet-5-5", read, { atUnixMs: date })).toEqual(
      priced(100_000_000_000n, "anthropic/claude-sonnet-5-5@2026-10-07"),
    );
  });

  it("takes the long-prompt tier strictly above 100,000 tokens of uncached, read and written together", () => {
    const at = { uncachedInputTokens: 40_000, cacheReadTokens: 30_000, cacheWrite5mTokens: 10_000 };
    const writes = { cacheWrite1hTokens: 10_000, cacheWriteUnknownTokens: 10_000 };
    // 40,000 x 0.1 + 30,000 x 0.01 + 20,000 x 0.125 + 10,000 x 0.2 = 8,800 millionths of a USD.
    expect(ask("claude-haiku-5-5", { ...at, ...writes })).toEqual(priced(8_800_000_000n, "anthropic/claude-haiku-5-5"));
    expect(ask("claude-haiku-5-5", { ...at, ...writes, uncachedInputTokens: 40_001 })).toEqual(
      priced(44_000_500_000n, "anthropic/claude-haiku-5-5+long"),
    );
    expect(ask("claude-haiku-5-5", { outputTokens: 200_000 })).toEqual(
      priced(100_000_000_000n, "anthropic/claude-haiku-5-5"),
    );
    expect(ask("claude-sonnet-4-5", { uncachedInputTokens: 500_000 })).toEqual(
      priced(1_500_000_000_000n, "anthropic/claude-sonnet-4-5"),
    );
  });

  it("cannot tell the tier of a sum over requests once the sum is above the threshold", () => {
    expect(ask("claude-haiku-5-5", { uncachedInputTokens: 100_000 }, { manyRequests: true })).toMatchObject({
      priced: true,
    });
    expect(ask("claude-haiku-5-5", { uncachedInputTokens: 100_001 }, { manyRequests: true })).toEqual({
      priced: false,
      reason: "a sum over requests does not tell which prompts were above 100000 tokens",
    });
    expect(ask("claude-opus-5-5", { uncachedInputTokens: 100_001 }, { manyRequests: true })).toMatchObject({
      priced: true,
    });
  });

  it("doubles in fast mode where the list says so, and is unknown where it says nothing", () => {
    expect(ask("claude-opus-5-5", KNOWN_ANSWER, { speed: "fast" })).toEqual(
      priced(16_440_000_000n, "anthropic/claude-opus-5-5+fast"),
    );
    expect(ask("claude-opus-4-7", { outputTokens: 1 }, { speed: "fast" })).toEqual(
      priced(150_000_000n, "anthropic/claude-opus-4-7+fast"),
    );
    expect(ask("claude-sonnet-4-5", KNOWN_ANSWER, { speed: "fast" })).toEqual({
      priced: false,
      reason: 'no fast-mode price is known for model "claude-sonnet-4-5"',
    });
    expect(ask("claude-opus-5-5", KNOWN_ANSWER, { speed: "warp" })).toEqual({
      priced: false,
      reason: 'no price is known for speed "warp"',
    });
    expect(ask("claude-opus-5-5", KNOWN_ANSWER, { speed: "normal" })).toEqual(ask("claude-opus-5-5", KNOWN_ANSWER));
  });

  it("is a tenth more when the inference was kept in the US, and not elsewhere", () => {
    expect(ask("claude-opus-5-5", KNOWN_ANSWER, { inferenceGeo: "us" })).toEqual(
      priced(9_042_000_000n, "anthropic/claude-opus-5-5+us"),
    );
    expect(ask("claude-opus-5-5", KNOWN_ANSWER, { inferenceGeo: "global" })).toEqual(
      priced(8_220_000_000n, "anthropic/claude-opus-5-5"),
    );
  });

  it("is half in a batch", () => {
    expect(ask("claude-opus-5-5", KNOWN_ANSWER, { serviceTier: "batch" })).toEqual(
      priced(4_110_000_000n, "anthropic/claude-opus-5-5+batch"),
    );
  });

  it("multiplies tokens alone: a web search is 0.01 USD in a US batch too", () => {
    expect(
      ask("claude-opus-5-5", { ...KNOWN_ANSWER, webSearchRequests: 3 }, { serviceTier: "batch", inferenceGeo: "us" }),
    ).toEqual(priced(34_521_000_000n, "anthropic/claude-opus-5-5+us+batch"));
    expect(
      ask("claude-haiku-5-5", { uncachedInputTokens: 100_001 }, { serviceTier: "batch", inferenceGeo: "us" }),
    ).toEqual(priced(27_500_275_000n, "anthropic/claude-haiku-5-5+long+us+batch"));
  });

  it("is unknown in the priority tier, which is a contract, and in a tier that the list does not know", () => {
    expect(ask("claude-opus-5-5", KNOWN_ANSWER, { serviceTier: "priority" })).toEqual({
      priced: false,
      reason: "the priority tier is priced by contract",
    });
    expect(ask("claude-opus-5-5", KNOWN_ANSWER, { serviceTier: "flex" })).toEqual({
      priced: false,
      reason: 'no price is known for service tier "flex"',
    });
    expect(ask("claude-opus-5-5", KNOWN_ANSWER, { serviceTier: "standard" })).toMatchObject({ priced: true });
  });

  it("counts a write of unknown lifetime as a five-minute one", () => {
    expect(ask("claude-sonnet-4-5", { cacheWriteUnknownTokens: 1000 })).toEqual(
      ask("claude-sonnet-4-5", { cacheWrite5mTokens: 1000 }),
    );
    expect(ask("claude-sonnet-4-5", { cacheWriteUnknownTokens: 1000 })).toMatchObject({ costPicoUsd: 3_750_000_000n });
  });

  it("is zero for a known model that used nothing, and unknown for an unknown one", () => {
    expect(ask("claude-opus-5-5", {})).toEqual(priced(0n, "anthropic/claude-opus-5-5"));
    expect(ask("claude-sonnet-5-55", {})).toEqual({
      priced: false,
      reason: 'no price is known for model "claude-sonnet-5-55"',
    });
  });

  it("is not Anthropic's list price for an id that only a cloud takes", () => {
    expect(ask("us.anthropic.claude-sonnet-4-5-20250929-v1:0", KNOWN_ANSWER)).toEqual({
      priced: false,
      reason:
        '"us.anthropic.claude-sonnet-4-5-20250929-v1:0" is an id of Amazon Bedrock, which bills by a price list of its own',
    });
  });

  it.each([-1, 0.5, Number.NaN, Infinity, 2 ** 53])("refuses %d tokens", (outputTokens) => {
    expect(ask("claude-opus-5-5", { outputTokens })).toMatchObject({ priced: false });
  });

  it("equals an independent computation for 2,000 random calls", () => {
    const random = seeded(20261120);
    const models = [...new Set(PRICES.map((row) => row.model))];
    const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
    const count = (most: number): number => Math.floor(random() * random() * most);
    let seen = 0;
    for (let round = 0; round < 2000; round++) {
      const usage: BillableUsage = {
        uncachedInputTokens: count(400_000),
        cacheReadTokens: count(400_000),
        cacheWrite5mTokens: count(100_000),
        cacheWrite1hTokens: count(100_000),
        cacheWriteUnknownTokens: count(100_000),
        outputTokens: count(64_000),
        webSearchRequests: count(9),
      };
      const question = {
        provider: "anthropic",
        model: pick(models) ?? "",
        atUnixMs: pick([NOW, Date.UTC(2026, 9, 6, 23, 59, 59, 999), Date.UTC(2026, 9, 7), Date.UTC(2025, 0, 1)]) ?? NOW,
        usage,
        speed: pick([undefined, "standard", "fast"]),
        inferenceGeo: pick([undefined, "us", "eu"]),
        serviceTier: pick([undefined, "standard", "batch"]),
      };
      const answer = priceClaude(question);
      const cost = answer.priced ? decimal(answer.costPicoUsd, 12) : undefined;
      expect({ question, cost }).toEqual({ question, cost: bill(question) });
      if (answer.priced) seen++;
    }
    expect(seen).toBeGreaterThan(1200);
  });
});

/** The bill by another way: prices as digits at their own scale, summed at 1e-10 USD per million, then scaled once. */
function bill(question: PriceQuestion): string | undefined {
  const { usage } = question;
  const day = new Date(question.atUnixMs).toISOString().slice(0, 10);
  const prompt = [
    usage.uncachedInputTokens,
    usage.cacheReadTokens,
    usage.cacheWrite5mTokens,
    usage.cacheWrite1hTokens,
    usage.cacheWriteUnknownTokens,
  ].reduce((sum, tokens) => sum + tokens);
  const long = question.model === "claude-haiku-5-5" && prompt > 100_000;
  const tier = question.speed === "fast" ? "fast" : long ? "long" : "standard";
  const rows = PRICES.filter(
    (row) => row.model === question.model && row.tier === tier && (row.validFrom ?? "0000") <= day,
  );
  const row = rows[rows.length - 1];
  if (row === undefined) return undefined;
  const lines: readonly (readonly [number, string])[] = [
    [usage.uncachedInputTokens, row.input],
    [usage.cacheReadTokens, row.cacheRead],
    [usage.cacheWrite5mTokens, row.cacheWrite5m],
    [usage.cacheWriteUnknownTokens, row.cacheWrite5m],
    [usage.cacheWrite1hTokens, row.cacheWrite1h],
    [usage.outputTokens, row.output],
  ];
  let sum = 0n;
  for (const [tokens, price] of lines) {
    const [whole = "", part = ""] = price.split(".");
    sum += BigInt(tokens) * (BigInt(whole) * 10_000n + BigInt(`${part}0000`.slice(0, 4)));
  }
  // The sum is in 1e-10 USD; two more digits make room for the tenth of the geography and the half of the batch.
  const geography = question.inferenceGeo === "us" ? 110n : 100n;
  const halves = question.serviceTier === "batch" ? 5n : 10n;
  const exact = sum * geography * halves;
  const searches = BigInt(usage.webSearchRequests) * 10n ** 11n;
  return decimal(exact + searches, 13).replace(/0$/, "");
}

function decimal(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, "0");
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
