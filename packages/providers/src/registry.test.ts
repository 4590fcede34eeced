import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { usdPerMillionToPicoPerToken } from "./exact-money.ts";
import type { BillableUsage } from "./provider.ts";
import { PROVIDERS } from "./providers.ts";
import { canonicalModel, priceOf } from "./registry.ts";

const NOTHING: BillableUsage = {
  uncachedInputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  cacheWriteUnknownTokens: 0,
  outputTokens: 0,
  webSearchRequests: 0,
};

describe("the registry", () => {
  it("has a line for every folder with a provider, and no other", () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, "provider.ts")))
      .map((entry) => entry.name);

    expect(PROVIDERS.map((provider) => provider.id).toSorted()).toEqual(folders.toSorted());
  });

  it("gives every telemetry name to one provider alone", () => {
    const names = PROVIDERS.flatMap((provider) => provider.aliases);

    expect(new Set(names).size).toBe(names.length);
  });

  it("does not price what another provider bills", () => {
    for (const provider of ["aws.bedrock", "gcp.vertex_ai"]) {
      expect(priceOf({ provider, model: "claude-sonnet-4-5", atUnixMs: 0, usage: NOTHING })).toEqual({
        priced: false,
        reason: `no price is known for model "claude-sonnet-4-5" of provider "${provider}"`,
      });
    }
    expect(priceOf({ provider: "openrouter", model: "claude-sonnet-4-5", atUnixMs: 0, usage: NOTHING })).toEqual({
      priced: false,
      reason: 'no price table is known for provider "openrouter"',
    });
  });

  it("tells whose model it is although a cloud serves it", () => {
    expect(canonicalModel("aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0")).toBe("claude-sonnet-4-5");
    expect(canonicalModel("gcp.vertex_ai", "claude-opus-4-1@20250805")).toBe("claude-opus-4-1");
    expect(canonicalModel(undefined, "claude-opus-4-1")).toBe("claude-opus-4-1");
    expect(canonicalModel("openai", "gpt-5")).toBeUndefined();
    expect(canonicalModel(undefined, "constructor")).toBeUndefined();
  });

  it("prices a known model whose provider was not reported, and no unknown one", () => {
    expect(priceOf({ provider: undefined, model: "claude-opus-5-5", atUnixMs: 0, usage: NOTHING })).toMatchObject({
      priced: true,
      costPicoUsd: 0n,
    });
    expect(priceOf({ provider: undefined, model: "gpt-5", atUnixMs: 0, usage: NOTHING })).toEqual({
      priced: false,
      reason: 'no price is known for model "gpt-5"',
    });
  });
});

describe.each(PROVIDERS)("provider $id", (provider) => {
  it("answers to its own id, has a title and says where its prices were read", () => {
    expect(provider.aliases).toContain(provider.id);
    expect(provider.title).not.toBe("");
    expect(provider.source).toMatch(/\d{4}-\d{2}-\d{2}/);
    expect(provider.prices.length).toBeGreaterThan(0);
  });

  it("has complete rows of positive prices that every multiplier divides without remainder", () => {
    for (const row of provider.prices) {
      for (const price of [row.input, row.output, row.cacheWrite5m, row.cacheWrite1h, row.cacheRead]) {
        const perToken = usdPerMillionToPicoPerToken(price);
        expect(perToken, `${row.model} ${row.tier} ${price}`).toBeGreaterThan(0n);
        expect(perToken % 20n, `${row.model} ${row.tier} ${price}`).toBe(0n);
      }
    }
  });

  it("keeps the rows of a model and tier in the order of their dates", () => {
    const byTier = Map.groupBy(provider.prices, (row) => `${row.model} ${row.tier}`);
    for (const rows of byTier.values()) {
      const dates = rows.map((row) => row.validFrom ?? "0000-00-00");
      const increasing = dates.every((date, index) => index === 0 || (dates[index - 1] ?? date) < date);
      expect({ dates, increasing }).toEqual({ dates, increasing: true });
    }
    const dated = provider.prices.flatMap((row) => row.validFrom ?? []);
    expect(dated.map((date) => new Date(date).toISOString().slice(0, 10))).toEqual(dated);
  });

  it("has a standard price for every model and knows every model by its own id", () => {
    const standard = new Set(provider.prices.filter((row) => row.tier === "standard").map((row) => row.model));
    for (const { model } of provider.prices) {
      expect(standard).toContain(model);
      expect(provider.canonicalModel(model)).toBe(model);
      expect(priceOf({ provider: provider.id, model, atUnixMs: Date.now(), usage: NOTHING })).toMatchObject({
        costPicoUsd: 0n,
      });
    }
  });
});
