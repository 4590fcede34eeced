import { describe, expect, it } from "vitest";
import { listPrices } from "./list-prices.ts";
import type { ListQuestion } from "./list-prices.ts";
import { makePriceBook } from "./price-book.ts";
import type { PriceBook } from "./price-book.ts";
import { PROVIDERS } from "./providers.ts";
import { ask, bookOf, NOTHING, NOW } from "./test-support/questions.ts";

const LISTS = makePriceBook();

function ids(book: PriceBook, question: Partial<ListQuestion>): readonly string[] | undefined {
  return listPrices(book, { nowUnixMs: NOW, ...question })?.map(({ priceId }) => priceId);
}

describe("the prices that applied", () => {
  it("are all of ours, with their dates, when nothing is asked for", () => {
    const all = listPrices(LISTS, { nowUnixMs: NOW });
    expect(all).toHaveLength(PROVIDERS.flatMap((provider) => provider.prices).length);
    expect(all?.filter(({ model }) => model === "claude-sonnet-5-5")).toMatchObject([
      { validFrom: null, validUntil: "2026-10-07", cacheRead: "0.2" },
      { validFrom: "2026-10-07", validUntil: null, cacheRead: "0.1" },
    ]);
  });

  it("at a time are those that held then, of a model in any of its ids", () => {
    const model = "claude-sonnet-5-5-20260801";
    expect(ids(LISTS, { model, atUnixMs: Date.UTC(2026, 9, 7) - 1 })).toEqual(["anthropic/claude-sonnet-5-5"]);
    expect(ids(LISTS, { model, atUnixMs: Date.UTC(2026, 9, 7) })).toEqual(["anthropic/claude-sonnet-5-5@2026-10-07"]);
    expect(ids(LISTS, { model, provider: "openai" })).toEqual([]);
  });

  it("are the user's where the user has some, and the list's less the discount where not", () => {
    const book = bookOf({
      prices: [{ provider: "anthropic", model: "claude-haiku-5-5", from: "2026-07-01", input: "0.09", output: "0.4" }],
      discounts: [{ provider: "anthropic", percent: "10" }],
    });
    expect(ids(book, { model: "claude-haiku-5-5", atUnixMs: NOW })).toEqual([
      "user/anthropic/claude-haiku-5-5@2026-07-01",
    ]);
    expect(ids(book, { model: "claude-haiku-5-5", atUnixMs: Date.UTC(2026, 5, 30) })).toEqual([
      "user/discount-10%/anthropic/claude-haiku-5-5",
      "user/discount-10%/anthropic/claude-haiku-5-5+long",
    ]);
    expect(listPrices(book, { model: "claude-opus-5", atUnixMs: NOW, nowUnixMs: NOW })).toMatchObject([
      { tier: "standard", input: "4.5", webSearch: "0.009" },
      { tier: "fast", input: "9" },
    ]);
    expect(ids(book, { model: "claude-haiku-5-5" })).toEqual([
      "user/anthropic/claude-haiku-5-5@2026-07-01",
      "user/discount-10%/…",
      "anthropic/claude-haiku-5-5",
      "anthropic/claude-haiku-5-5+long",
    ]);
  });

  it("are the ids that calls of that time keep", () => {
    for (const { model, tier, priceId } of listPrices(LISTS, { atUnixMs: NOW, nowUnixMs: NOW }) ?? []) {
      const uncachedInputTokens = tier === "long" ? 100_001 : 1;
      const speed = tier === "fast" ? "fast" : undefined;
      expect(ask(LISTS, model, { ...NOTHING, uncachedInputTokens }, { speed })).toMatchObject({ priceId });
    }
  });

  it("are shown in another currency at the rate of the time that is asked for", () => {
    const book = bookOf({
      rates: [
        { currency: "EUR", usd: "1.25" },
        { currency: "EUR", from: "2026-11-01", usd: "1.6" },
      ],
    });
    const at = (atUnixMs: number | undefined): unknown =>
      listPrices(book, { model: "claude-opus-5-5", atUnixMs, currency: "EUR", nowUnixMs: NOW })?.[0];
    expect(at(Date.UTC(2026, 9, 31))).toMatchObject({ currency: "EUR", input: "3.2", cacheRead: "0.16" });
    expect(at(NOW)).toMatchObject({ input: "2.5", cacheRead: "0.125" });
    expect(at(undefined)).toMatchObject({ input: "2.5" });
    expect(listPrices(book, { currency: "CHF", nowUnixMs: NOW })).toBeUndefined();
  });

  it("are the package's too when a vendor or a model of it is asked for", () => {
    expect(ids(LISTS, { model: "gpt-4o" })).toContain("genai-prices/openai/gpt-4o@0.1.8");
    const google = listPrices(LISTS, { provider: "gcp.gemini", nowUnixMs: NOW });
    expect(google?.length).toBeGreaterThan(10);
    expect(new Set(google?.map(({ source }) => source))).toEqual(new Set(["genai-prices"]));
    expect(ids(LISTS, { model: "claude-opus-5-5", provider: "aws.bedrock" })).toEqual([]);
  });
});
