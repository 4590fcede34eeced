import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makePriceBook, priceOf, readPriceFile } from "@phasewise/providers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tokenPrices, tokenPricesStatement } from "../src/prices/token-prices.ts";
import { openSqlDatabase, SQL_FOLDER, type SqlDatabase } from "./support/sql-database.ts";
import { tokenPricesSql } from "./support/token-prices.ts";

const NO_USAGE = {
  uncachedInputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  cacheWriteUnknownTokens: 0,
  outputTokens: 0,
  webSearchRequests: 0,
};

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
  expect(tokenPrices(makePriceBook()).size).toBeGreaterThan(100);
});

test("with a price file, its rows, its discounts and its currencies are known too", async () => {
  const read = readPriceFile(
    JSON.stringify({
      prices: [
        { provider: "anthropic", model: "claude-sonnet-4-5", from: "2026-11-02", input: "1.5", output: "7.5" },
        { provider: "acme", model: "it's new", currency: "EUR", input: "1", output: "2", cache_read: "0.5" },
        { provider: "acme", model: "unsteady", currency: "GBP", input: "1", output: "2" },
      ],
      discounts: [{ provider: "anthropic", model: "claude-haiku-4-5", from: "2026-11-01", percent: "10" }],
      rates: [
        { currency: "EUR", usd: "1.25" },
        { currency: "GBP", usd: "1.25" },
        { currency: "GBP", from: "2026-06-01", usd: "1.5" },
      ],
    }),
    "prices.json",
  );
  if (!read.ok) throw new Error(read.problems.join("\n"));
  const book = makePriceBook(read.prices);
  const usage = { ...NO_USAGE, uncachedInputTokens: 1_000_000 };
  const at = Date.parse("2026-11-20");
  const discounted = book.price({ provider: "anthropic", model: "claude-haiku-4-5", atUnixMs: at, usage });
  if (!discounted.priced) throw new Error(discounted.reason);

  await database.read(tokenPricesStatement(book));

  const ids = [
    "user/anthropic/claude-sonnet-4-5@2026-11-02",
    "user/acme/it's new+EUR",
    "user/acme/unsteady+GBP",
    discounted.priceId,
    "anthropic/claude-haiku-4-5",
  ];
  const columns = ids.map((id, index) => `token_prices('${id.replaceAll("'", "''")}')::varchar as p${index}`);
  const [row] = await database.read(`select ${columns.join(", ")}`);
  expect(discounted.priceId).toMatch(/^user\/discount-10%\//);
  expect(Object.values(row ?? {})).toEqual([
    "[0.000001500000, 0.000007500000, NULL, NULL, NULL]",
    "[0.000001250000, 0.000002500000, 0.000000625000, NULL, NULL]",
    null,
    "[0.000000900000, 0.000004500000, 0.000000090000, 0.000001125000, 0.000001800000]",
    "[0.000001000000, 0.000005000000, 0.000000100000, 0.000001250000, 0.000002000000]",
  ]);
});
