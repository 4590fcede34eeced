import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { calcPrice } from "@pydantic/genai-prices";
import { describe, expect, it } from "vitest";
import type { PriceAnswer, PriceQuestion } from "../provider.ts";
import { priceOf } from "../registry.ts";
import { ask, bookOf, NOTHING, NOW, seeded } from "../test-support/questions.ts";
import { PACKAGE_VERSION, packageModels } from "./package-data.ts";
import { decimalOfFloat } from "./price.ts";
import { PACKAGE_PROVIDERS } from "./providers.ts";

const OPENAI = { provider: "openai" };

function price(model: string, more: Partial<PriceQuestion> = {}): PriceAnswer {
  return priceOf({ provider: "openai", model, atUnixMs: NOW, usage: NOTHING, ...more });
}

describe("another vendor's call", () => {
  it("is priced by the package and marked so, with the version whose prices they are", () => {
    expect(price("gpt-4o", { usage: { ...NOTHING, uncachedInputTokens: 1000, outputTokens: 100 } })).toEqual({
      priced: true,
      costPicoUsd: 3_500_000_000n,
      priceId: "genai-prices/openai/gpt-4o@0.1.8",
    });
  });

  it("is exact where the package's floats are not", () => {
    const usage = { input_tokens: 1000, cache_read_tokens: 100, output_tokens: 10 };
    expect(calcPrice(usage, "gpt-4o-2024-11-20", { providerId: "openai" })?.total_price).toBe(0.0024749999999999998);
    expect(
      price("gpt-4o-2024-11-20", {
        usage: { ...NOTHING, uncachedInputTokens: 900, cacheReadTokens: 100, outputTokens: 10 },
      }),
    ).toMatchObject({ costPicoUsd: 2_475_000_000n });
    expect(decimalOfFloat(1e-7)).toEqual({ units: 1n, scale: 7 });
    expect(decimalOfFloat(1e21)).toEqual({ units: 10n ** 21n, scale: 0 });
  });

  it("has no price under an id that the package matches by a part alone", () => {
    expect(calcPrice({}, "gemini-2.5-pro-of-tomorrow", { providerId: "google" })?.model.id).toBe("gemini-2.5-pro");
    const google = { provider: "gcp.gemini" };
    expect(price("gemini-2.5-pro-of-tomorrow", google)).toEqual({
      priced: false,
      reason: 'no price is known for model "gemini-2.5-pro-of-tomorrow" of provider "gcp.gemini"',
    });
    expect(price("gemini-2.5-pro", google)).toMatchObject({ priceId: "genai-prices/google/gemini-2.5-pro@0.1.8" });
    expect(price("gpt-4o-mini-2024-07-18")).toMatchObject({ priceId: "genai-prices/openai/gpt-4o-mini@0.1.8" });
  });

  it("has no price in a tier, a speed or a place that the package does not know", () => {
    for (const more of [{ serviceTier: "flex" }, { serviceTier: "batch" }, { speed: "fast" }, { inferenceGeo: "us" }]) {
      expect(price("gpt-4o", more)).toMatchObject({ priced: false });
    }
    expect(price("gpt-4o", { serviceTier: "default" })).toMatchObject({ priced: true });
  });

  it("of a model with steps is priced by the step of the whole prompt, and not at all when it is a sum", () => {
    const google = { provider: "gcp.vertex_ai" };
    const usage = { ...NOTHING, uncachedInputTokens: 200_000 };
    expect(price("gemini-2.5-pro", { ...google, usage })).toMatchObject({ costPicoUsd: 250_000_000_000n });
    const above = { ...usage, cacheReadTokens: 1 };
    expect(price("gemini-2.5-pro", { ...google, usage: above })).toMatchObject({ costPicoUsd: 500_000_250_000n });
    expect(price("gemini-2.5-pro", { ...google, usage: above, manyRequests: true })).toEqual({
      priced: false,
      reason: "a sum over requests does not tell which prompts were above 200000 tokens",
    });
  });

  it("takes the user's rows before it, and the user's discount after it", () => {
    const row = bookOf({ prices: [{ provider: "openai", model: "gpt-4o", input: 1, output: 1 }] });
    expect(ask(row, "gpt-4o", { outputTokens: 1 }, OPENAI)).toMatchObject({ priceId: "user/openai/gpt-4o" });
    const discount = bookOf({ discounts: [{ provider: "openai", percent: 50 }] });
    expect(ask(discount, "gpt-4o", { outputTokens: 1 }, OPENAI)).toEqual({
      priced: true,
      costPicoUsd: 5_000_000n,
      priceId: "user/discount-50%/genai-prices/openai/gpt-4o@0.1.8",
    });
  });
});

describe("the package", () => {
  it("never prices Claude, whoever serves it and whatever it is called", () => {
    const ids = [
      "claude-sonnet-5-5",
      "anthropic.claude-sonnet-4-5-20250929-v1:0",
      "Claude-3-Opus",
      "anthropic/claude-2",
    ];
    for (const provider of PACKAGE_PROVIDERS.keys()) {
      for (const model of ids) expect(price(model, { provider })).toMatchObject({ priced: false });
      const known = packageModels(PACKAGE_PROVIDERS.get(provider) ?? "");
      expect(known.length).toBeGreaterThan(0);
      expect(known.filter(({ id }) => /claude/i.test(id))).toEqual([]);
    }
  });

  it("is the version that price ids name", () => {
    const main = createRequire(import.meta.url).resolve("@pydantic/genai-prices");
    const manifest = JSON.parse(readFileSync(join(dirname(main), "../package.json"), "utf8")) as { version: string };
    expect(PACKAGE_VERSION).toBe(manifest.version);
  });

  it("agrees with our arithmetic for every model that we price by it, as far as its floats reach", () => {
    const random = seeded(7);
    const count = (most: number): number => Math.floor(random() * most);
    let compared = 0;
    for (const [name, provider] of PACKAGE_PROVIDERS) {
      for (const { id } of packageModels(provider)) {
        const usage = {
          ...NOTHING,
          uncachedInputTokens: count(300_000),
          cacheReadTokens: count(100_000),
          cacheWrite5mTokens: count(10_000),
          outputTokens: count(10_000),
        };
        const answer = priceOf({ provider: name, model: id, atUnixMs: NOW, usage });
        if (!answer.priced) continue;
        const theirs = calcPrice(
          {
            input_tokens: usage.uncachedInputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens,
            cache_read_tokens: usage.cacheReadTokens,
            cache_write_tokens: usage.cacheWrite5mTokens,
            output_tokens: usage.outputTokens,
          },
          id,
          { providerId: provider, timestamp: new Date(NOW) },
        );
        expect(Number(answer.costPicoUsd) / 1e12, answer.priceId).toBeCloseTo(theirs?.total_price ?? Number.NaN, 9);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(300);
  });
});
