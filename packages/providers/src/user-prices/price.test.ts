import { describe, expect, it } from "vitest";
import { makePriceBook } from "../price-book.ts";
import type { PriceAnswer } from "../provider.ts";
import { ask, bookOf, NOW } from "../test-support/questions.ts";

const MILLION = { uncachedInputTokens: 1_000_000 };
const OPUS = { provider: "anthropic", model: "claude-opus-5-5", input: "3", output: "15", cache_read: "0.15" } as const;

function priced(usd: string, priceId: string): PriceAnswer {
  const [whole = "0", fraction = ""] = usd.split(".");
  return { priced: true, costPicoUsd: BigInt(whole + fraction.padEnd(12, "0")), priceId };
}

describe("a row of the user's", () => {
  it("goes before the list, and says so in the price id", () => {
    const book = bookOf({ prices: [OPUS] });
    expect(ask(book, "claude-opus-5-5", MILLION)).toEqual(priced("3", "user/anthropic/claude-opus-5-5"));
    expect(ask(book, "claude-opus-5-5-20261101", MILLION)).toEqual(priced("3", "user/anthropic/claude-opus-5-5"));
    expect(ask(book, "claude-opus-5", MILLION)).toEqual(priced("5", "anthropic/claude-opus-5"));
  });

  it("holds from the first millisecond of its first day until that of the day on which it ends", () => {
    const book = bookOf({ prices: [{ ...OPUS, from: "2026-07-01", until: "2027-01-01" }] });
    const at = (atUnixMs: number): PriceAnswer => ask(book, "claude-opus-5-5", MILLION, { atUnixMs });
    const contract = priced("3", "user/anthropic/claude-opus-5-5@2026-07-01");
    expect(at(Date.UTC(2026, 6, 1) - 1)).toEqual(priced("4", "anthropic/claude-opus-5-5"));
    expect(at(Date.UTC(2026, 6, 1))).toEqual(contract);
    expect(at(Date.UTC(2027, 0, 1) - 1)).toEqual(contract);
    expect(at(Date.UTC(2027, 0, 1))).toEqual(priced("4", "anthropic/claude-opus-5-5"));
  });

  it("gives way to one that begins later", () => {
    const book = bookOf({ prices: [{ ...OPUS, from: "2026-10-01", input: "2" }, OPUS] });
    const september = { atUnixMs: Date.UTC(2026, 8, 30) };
    expect(ask(book, "claude-opus-5-5", MILLION)).toEqual(priced("2", "user/anthropic/claude-opus-5-5@2026-10-01"));
    expect(ask(book, "claude-opus-5-5", MILLION, september)).toEqual(priced("3", "user/anthropic/claude-opus-5-5"));
  });

  it("is multiplied as the provider multiplies, tokens alone", () => {
    const book = bookOf({ prices: [OPUS] });
    const searched = { ...MILLION, webSearchRequests: 2 };
    const us = { inferenceGeo: "us" };
    const batch = { serviceTier: "batch" };
    expect(ask(book, "claude-opus-5-5", searched, us)).toEqual(priced("3.32", "user/anthropic/claude-opus-5-5+us"));
    expect(ask(book, "claude-opus-5-5", searched, batch)).toEqual(
      priced("1.52", "user/anthropic/claude-opus-5-5+batch"),
    );
    expect(ask(book, "claude-opus-5-5", searched, { ...us, ...batch })).toEqual(
      priced("1.67", "user/anthropic/claude-opus-5-5+us+batch"),
    );
  });

  it("may state its own factors and its own price of a search", () => {
    const book = bookOf({ prices: [{ ...OPUS, us_factor: "1.05", batch_factor: 0.4, web_search: "0.005" }] });
    expect(
      ask(book, "claude-opus-5-5", { ...MILLION, webSearchRequests: 2 }, { inferenceGeo: "us", serviceTier: "batch" }),
    ).toEqual(priced("1.27", "user/anthropic/claude-opus-5-5+us+batch"));
  });

  it("is for ordinary speed unless it names another one", () => {
    const book = bookOf({ prices: [OPUS, { ...OPUS, model: "claude-opus-4-8", speed: "fast", input: "7" }] });
    const fast = { speed: "fast" };
    expect(ask(book, "claude-opus-5-5", MILLION, fast)).toEqual(priced("8", "anthropic/claude-opus-5-5+fast"));
    expect(ask(book, "claude-opus-4-8", MILLION, fast)).toEqual(priced("7", "user/anthropic/claude-opus-4-8+fast"));
    expect(ask(book, "claude-opus-4-8", MILLION, { speed: "normal" })).toEqual(
      priced("5", "anthropic/claude-opus-4-8"),
    );
  });

  it("prices the priority tier, which has no list price, and a batch by a row of its own without a factor", () => {
    const book = bookOf({
      prices: [
        { ...OPUS, service_tier: "priority", input: "6" },
        { ...OPUS, service_tier: "batch", input: "1.25" },
      ],
    });
    const tier = (serviceTier: string): PriceAnswer => ask(book, "claude-opus-5-5", MILLION, { serviceTier });
    expect(tier("priority")).toEqual(priced("6", "user/anthropic/claude-opus-5-5+priority"));
    expect(tier("batch")).toEqual(priced("1.25", "user/anthropic/claude-opus-5-5+batch"));
    expect(tier("standard")).toEqual(priced("4", "anthropic/claude-opus-5-5"));
    expect(ask(makePriceBook(), "claude-opus-5-5", MILLION, { serviceTier: "priority" })).toMatchObject({
      priced: false,
    });
  });

  it("for long prompts holds strictly above its threshold, of uncached, read and written tokens together", () => {
    const book = bookOf({ prices: [OPUS, { ...OPUS, above_input_tokens: 200_000, input: "6", cache_read: "0.3" }] });
    const at = { uncachedInputTokens: 100_000, cacheReadTokens: 100_000 };
    expect(ask(book, "claude-opus-5-5", at)).toEqual(priced("0.315", "user/anthropic/claude-opus-5-5"));
    expect(ask(book, "claude-opus-5-5", { ...at, cacheReadTokens: 100_001 })).toEqual(
      priced("0.6300003", "user/anthropic/claude-opus-5-5+above-200000"),
    );
    expect(ask(book, "claude-opus-5-5", { ...at, cacheReadTokens: 100_001 }, { manyRequests: true })).toEqual({
      priced: false,
      reason: "a sum over requests does not tell which prompts were above 200000 tokens",
    });
  });

  it("prices a model, and a provider, that nobody else knows", () => {
    const book = bookOf({
      prices: [{ provider: "our-gateway", model: "house-7b", also: ["house-7b-q4"], input: "0.02", output: "0.04" }],
    });
    const ours = { provider: "our-gateway" };
    expect(ask(book, "house-7b", MILLION, ours)).toEqual(priced("0.02", "user/our-gateway/house-7b"));
    expect(ask(book, "house-7b-q4", MILLION, ours)).toEqual(priced("0.02", "user/our-gateway/house-7b"));
    expect(ask(book, "house-7b-q4", MILLION, { provider: undefined })).toMatchObject({ priced: true });
    expect(ask(book, "house-70b", MILLION, ours)).toEqual({
      priced: false,
      reason: 'no price table is known for provider "our-gateway"',
    });
  });

  it("prices Claude on a cloud under the provider's name, by the canonical id or by the cloud's own", () => {
    const book = bookOf({
      prices: [
        { ...OPUS, provider: "aws.bedrock", model: "claude-sonnet-4-5", input: "3.3" },
        { ...OPUS, provider: "aws.bedrock", model: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", input: "3.4" },
      ],
    });
    const bedrock = { provider: "aws.bedrock" };
    expect(ask(book, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", MILLION, bedrock)).toMatchObject({
      priceId: "user/aws.bedrock/claude-sonnet-4-5",
    });
    expect(ask(book, "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", MILLION, bedrock)).toMatchObject({
      costPicoUsd: 3_400_000_000_000n,
    });
    const anthropicRow = bookOf({ prices: [{ ...OPUS, model: "claude-sonnet-4-5" }] });
    expect(ask(anthropicRow, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", MILLION)).toMatchObject({ priced: false });
  });

  it("has no price for what it does not state, and says which row it was", () => {
    const book = bookOf({ prices: [OPUS, { provider: "x", model: "y", input: 1, output: 1 }] });
    const reason = (name: string): string => `the price file states no ${name} for "claude-opus-5-5" (prices[0])`;
    expect(ask(book, "claude-opus-5-5", { cacheWrite5mTokens: 1 })).toEqual({
      priced: false,
      reason: reason("cache_write_5m"),
    });
    expect(ask(book, "claude-opus-5-5", { cacheWriteUnknownTokens: 1 })).toMatchObject({
      reason: reason("cache_write_5m"),
    });
    expect(ask(book, "claude-opus-5-5", { cacheWrite1hTokens: 1 })).toMatchObject({ reason: reason("cache_write_1h") });
    expect(ask(book, "y", MILLION, { provider: "x", serviceTier: "batch" })).toEqual({
      priced: false,
      reason: 'the price file states no batch_factor for "y" (prices[1])',
    });
    expect(ask(book, "y", { webSearchRequests: 1 }, { provider: "x" })).toMatchObject({ priced: false });
    expect(ask(book, "y", { outputTokens: 0.5 }, { provider: "x" })).toMatchObject({ priced: false });
  });

  it("in another currency is turned into USD at the rate of the day of the call", () => {
    const book = bookOf({
      prices: [{ ...OPUS, currency: "EUR", web_search: "0.01" }],
      rates: [
        { currency: "EUR", usd: "1.1" },
        { currency: "EUR", from: "2026-11-20", usd: "1.25" },
      ],
    });
    const usage = { ...MILLION, webSearchRequests: 1 };
    expect(ask(book, "claude-opus-5-5", usage)).toEqual(priced("3.7625", "user/anthropic/claude-opus-5-5+EUR"));
    expect(ask(book, "claude-opus-5-5", usage, { atUnixMs: NOW - 1 })).toEqual(
      priced("3.311", "user/anthropic/claude-opus-5-5+EUR"),
    );
  });
});

describe("a discount", () => {
  it("is taken off the list price of every model of a provider, searches included", () => {
    const book = bookOf({ discounts: [{ provider: "anthropic", percent: "12.5" }] });
    expect(ask(book, "claude-opus-5-5", { ...MILLION, webSearchRequests: 1 }, { inferenceGeo: "us" })).toEqual(
      priced("3.85875", "user/discount-12.5%/anthropic/claude-opus-5-5+us"),
    );
  });

  it("of a model goes before that of its provider, and none comes on top of the user's own rows", () => {
    const book = bookOf({
      prices: [OPUS],
      discounts: [
        { provider: "anthropic", percent: 10 },
        { provider: "anthropic", model: "claude-opus-5", percent: 50 },
      ],
    });
    expect(ask(book, "claude-opus-5-20260101", MILLION)).toEqual(
      priced("2.5", "user/discount-50%/anthropic/claude-opus-5"),
    );
    expect(ask(book, "claude-opus-4-8", MILLION)).toEqual(priced("4.5", "user/discount-10%/anthropic/claude-opus-4-8"));
    expect(ask(book, "claude-opus-5-5", MILLION)).toEqual(priced("3", "user/anthropic/claude-opus-5-5"));
  });

  it("holds on its days alone, and never makes a price where there is none", () => {
    const book = bookOf({
      discounts: [{ provider: "anthropic", percent: 100, from: "2026-11-20", until: "2026-11-21" }],
    });
    expect(ask(book, "claude-opus-5", MILLION)).toMatchObject({ costPicoUsd: 0n });
    expect(ask(book, "claude-opus-5", MILLION, { atUnixMs: NOW - 1 })).toMatchObject({ costPicoUsd: 5n * 10n ** 12n });
    expect(ask(book, "claude-opus-5", MILLION, { atUnixMs: NOW + 86_400_000 })).toMatchObject({
      costPicoUsd: 5n * 10n ** 12n,
    });
    expect(ask(book, "claude-sonnet-9", MILLION)).toEqual({
      priced: false,
      reason: 'no price is known for model "claude-sonnet-9"',
    });
  });

  it("is rounded once, to 1e-12 USD, a half up", () => {
    const book = bookOf({ discounts: [{ provider: "anthropic", percent: "33.3333335" }] });
    // 0.01 USD per million is 10,000e-12 a token; 66.6666665 % of it are 6,666.66665e-12.
    expect(ask(book, "claude-haiku-5-5", { cacheReadTokens: 1 })).toMatchObject({ costPicoUsd: 6667n });
    const half = bookOf({ discounts: [{ provider: "anthropic", percent: "99.995" }] });
    expect(ask(half, "claude-haiku-5-5", { cacheReadTokens: 1 })).toMatchObject({ costPicoUsd: 1n });
  });
});
