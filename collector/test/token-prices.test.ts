import { readFileSync } from "node:fs";
import { join } from "node:path";
import { priceOf } from "@phasewise/providers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqlDatabase, SQL_FOLDER, type SqlDatabase } from "./support/sql-database.ts";
import { tokenPrices, tokenPricesSql } from "./support/token-prices.ts";

let database: SqlDatabase;
beforeAll(async () => {
  database = await openSqlDatabase();
});
afterAll(() => database.close());

test("the prices of one token are those of the price tables", async () => {
  const file = join(SQL_FOLDER, "duckdb", "functions", "token_prices.sql");

  await expect(tokenPricesSql()).toMatchFileSnapshot(file);
  expect(readFileSync(file, "utf8")).toContain("anthropic/claude-sonnet-5-5@2026-10-07+us+batch");
});

test("tokens times the prices of one token are what a call costs, whatever its price carries", async () => {
  const usage = {
    uncachedInputTokens: 120,
    cacheReadTokens: 5000,
    cacheWrite5mTokens: 700,
    cacheWrite1hTokens: 300,
    cacheWriteUnknownTokens: 0,
    outputTokens: 42,
    webSearchRequests: 0,
  };
  const questions = [
    { model: "claude-sonnet-4-5" },
    { model: "claude-opus-5-5", speed: "fast", inferenceGeo: "us" },
    { model: "claude-sonnet-5-5", serviceTier: "batch" },
    { model: "claude-haiku-5-5", usage: { ...usage, cacheReadTokens: 200_000 } },
  ];
  for (const question of questions) {
    const asked = { provider: "anthropic", atUnixMs: Date.parse("2026-11-20"), usage, ...question };
    const answer = priceOf(asked);
    if (!answer.priced) throw new Error(answer.reason);
    const { uncachedInputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens } = asked.usage;
    const tokens = [uncachedInputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens];
    const products = tokens.map((count, index) => `${count} * token_prices('${answer.priceId}')[${index + 1}]`);

    const [row] = await database.read(`select cast((${products.join(" + ")}) * 1000000000000 as hugeint) as pico`);

    expect([answer.priceId, BigInt(Number(row?.["pico"]))]).toEqual([answer.priceId, answer.costPicoUsd]);
  }
});

test("a price that is not known has no prices of a token", async () => {
  expect(await database.read("select token_prices('openai/gpt-x') as a, token_prices(null)[1] as b")).toEqual([
    { a: null, b: null },
  ]);
  expect(tokenPrices().size).toBeGreaterThan(100);
});
