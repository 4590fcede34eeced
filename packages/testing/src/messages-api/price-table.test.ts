import { priceOf } from "@phasewise/providers";
import { expect, test } from "vitest";
import { costPicoUsd, SERVED_MODELS } from "./price-table.ts";
import { NO_CHARGE, type Charge } from "./usage.ts";

const NOVEMBER_2026 = Date.UTC(2026, 10, 20);
const charge: Charge = {
  ...NO_CHARGE,
  uncachedInputTokens: 120,
  cacheReadTokens: 5000,
  cacheWrite5mTokens: 700,
  cacheWrite1hTokens: 300,
  outputTokens: 42,
};

test("the price of a call is exact to 1e-12 USD", () => {
  expect(costPicoUsd("claude-sonnet-4-5", charge, NOVEMBER_2026)).toBe(6_915_000_000n);
  expect(costPicoUsd("claude-opus-5-5", charge, NOVEMBER_2026)).toBe(8_220_000_000n);
});

test("geography adds a tenth to the tokens, and each web search a cent", () => {
  const dear = { ...charge, inferenceGeo: "us", webSearchRequests: 2 };

  expect(costPicoUsd("claude-sonnet-4-5", dear, NOVEMBER_2026)).toBe(7_606_500_000n + 20_000_000_000n);
});

test("a long prompt costs more from one token above the limit", () => {
  const at = { ...NO_CHARGE, uncachedInputTokens: 100_000 };
  const above = { ...NO_CHARGE, uncachedInputTokens: 100_001 };

  expect(costPicoUsd("claude-haiku-5-5", at, NOVEMBER_2026)).toBe(10_000_000_000n);
  expect(costPicoUsd("claude-haiku-5-5", above, NOVEMBER_2026)).toBe(50_000_500_000n);
});

test("a cut price holds from its day on", () => {
  const read = { ...NO_CHARGE, cacheReadTokens: 1_000_000 };

  expect(costPicoUsd("claude-sonnet-5-5", read, Date.UTC(2026, 9, 6, 23))).toBe(200_000_000_000n);
  expect(costPicoUsd("claude-sonnet-5-5", read, Date.UTC(2026, 9, 7))).toBe(100_000_000_000n);
});

function priceByPackage(model: string, asked: Charge): unknown {
  const { thinkingTokens: _part, serviceTier, speed, inferenceGeo, ...buckets } = asked;
  const usage = { ...buckets, cacheWriteUnknownTokens: 0 };
  return priceOf({ provider: "anthropic", model, atUnixMs: NOVEMBER_2026, usage, serviceTier, speed, inferenceGeo });
}

test.each(SERVED_MODELS)("the price package, which shares no code with this table, agrees about %s", (model) => {
  const variants: readonly Charge[] = [
    { ...charge, webSearchRequests: 1 },
    { ...charge, inferenceGeo: "us" },
    { ...charge, uncachedInputTokens: 150_000 },
  ];

  for (const variant of variants) {
    const cost = costPicoUsd(model, variant, NOVEMBER_2026);
    expect(priceByPackage(model, variant)).toMatchObject({ priced: true, costPicoUsd: cost });
  }
});

test.each(["claude-fable-5-2", "claude-opus-5-5", "claude-opus-5", "claude-opus-4-8", "claude-opus-4-6"])(
  "the price package agrees about fast mode of %s",
  (model) => {
    const fast: Charge = { ...charge, speed: "fast" };

    const cost = costPicoUsd(model, fast, NOVEMBER_2026);

    expect(priceByPackage(model, fast)).toMatchObject({ priced: true, costPicoUsd: cost });
  },
);
