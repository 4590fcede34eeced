/** Ten thousand generated calls, priced a second time by another method: rows chosen by plain search, sums on paper. */
import { expect, it } from "vitest";
import { PRICES, TERMS } from "./anthropic/prices.ts";
import type { BillableUsage, PriceQuestion } from "./provider.ts";
import { add, hundredLess, multiply, roundTo, shift } from "./test-support/decimal-text.ts";
import { bookOf, seeded } from "./test-support/questions.ts";
import type { PriceFile, PriceFileRow } from "./user-prices/schema.ts";

const CALLS = 10_000;
const DAYS = ["2026-03-31", "2026-04-01", "2026-10-06", "2026-10-07", "2026-11-20"];

const random = seeded(20261121);
function pick<Value>(values: readonly Value[]): Value {
  const value = values.at(Math.floor(random() * values.length));
  if (value === undefined && !values.includes(value as Value)) throw new Error("there is nothing to pick from");
  return value as Value;
}
const amount = (places: number): string => `${Math.floor(random() * 30)}.${digits(places)}`;
const digits = (places: number): string => Array.from({ length: places }, () => Math.floor(random() * 10)).join("");

/** A file in which about half of the models have rows, with every option somewhere. */
function makeFile(): Required<Omit<PriceFile, "$schema">> {
  const prices: PriceFileRow[] = [];
  for (const model of new Set(PRICES.map((row) => row.model))) {
    if (random() < 0.5) continue;
    const row = (more: Partial<PriceFileRow>): PriceFileRow => ({
      provider: "anthropic",
      model,
      input: amount(pick([0, 2, 6, 12]) || 1),
      output: amount(4),
      cache_read: amount(7),
      cache_write_5m: amount(3),
      cache_write_1h: amount(12),
      ...more,
    });
    prices.push(row({}));
    if (random() < 0.5) prices.push(row({ from: "2026-04-01", ...(random() < 0.5 ? { until: "2026-10-07" } : {}) }));
    if (random() < 0.5) prices.push(row({ above_input_tokens: 200_000, us_factor: "1.075" }));
    if (random() < 0.5) prices.push(row({ speed: "fast", batch_factor: "0.45" }));
    if (random() < 0.5) prices.push(row({ service_tier: "priority", currency: "EUR", web_search: "0.0123" }));
    if (random() < 0.3) prices.push(row({ service_tier: "batch" }));
  }
  return {
    prices,
    discounts: [
      { provider: "anthropic", percent: "7.25" },
      { provider: "anthropic", model: "claude-opus-5", percent: "33.333333" },
      { provider: "anthropic", model: "claude-opus-5", from: "2026-10-07", percent: "100" },
    ],
    rates: [
      { currency: "EUR", usd: "1.07654321" },
      { currency: "EUR", from: "2026-10-07", usd: "1.1" },
    ],
  };
}

const count = (most: number): number => (random() < 0.3 ? 0 : Math.floor(random() * random() * most));

function makeQuestion(): PriceQuestion {
  return {
    provider: "anthropic",
    model: pick(PRICES).model,
    atUnixMs: Date.parse(`${pick(DAYS)}T${pick(["00:00:00.000", "12:00:00.000", "23:59:59.999"])}Z`),
    usage: {
      uncachedInputTokens: count(400_000),
      cacheReadTokens: count(400_000),
      cacheWrite5mTokens: count(100_000),
      cacheWrite1hTokens: count(100_000),
      cacheWriteUnknownTokens: count(50_000),
      outputTokens: count(64_000),
      webSearchRequests: count(9),
    },
    speed: pick([undefined, undefined, "standard", "fast"]),
    inferenceGeo: pick([undefined, "us", "global"]),
    serviceTier: pick([undefined, "standard", "batch", "priority"]),
  };
}

/** The columns that a bill needs, of a row of the user's or of the list. */
interface Billed {
  readonly prices: readonly [input: string, output: string, read: string, write5m: string, write1h: string];
  readonly search: string;
  readonly factors: readonly string[];
  readonly rate: string;
  readonly discount: string;
}

function sumOfInput(usage: BillableUsage): number {
  return Object.entries(usage).reduce((sum, [name, tokens]) => (/nput|cache/i.test(name) ? sum + tokens : sum), 0);
}

function userRow(file: PriceFile, question: PriceQuestion, tier: string): PriceFileRow | undefined {
  const day = new Date(question.atUnixMs).toISOString().slice(0, 10);
  const rows = (file.prices ?? [])
    .filter((row) => row.model === question.model && (row.service_tier ?? "standard") === tier)
    .filter((row) => (row.speed ?? "standard") === (question.speed ?? "standard"))
    .filter((row) => (row.from ?? "") <= day && day < (row.until ?? "9999"))
    .filter((row) => sumOfInput(question.usage) > (row.above_input_tokens ?? -1))
    .sort(
      (a, b) => (a.above_input_tokens ?? 0) - (b.above_input_tokens ?? 0) || ((a.from ?? "") < (b.from ?? "") ? -1 : 1),
    );
  return rows.at(-1);
}

function billedByUser(file: PriceFile, question: PriceQuestion): Billed | undefined {
  const tier = question.serviceTier ?? "standard";
  const ofTier = (file.prices ?? []).filter((row) => row.service_tier === "batch" && row.model === question.model);
  const asBatch = tier === "batch" && !(ofTier.length > 0 && (question.speed ?? "standard") === "standard");
  const row = userRow(file, question, asBatch ? "standard" : tier);
  if (row === undefined) return undefined;
  const inEuro = row.currency === "EUR";
  return {
    prices: [row.input, row.output, row.cache_read ?? "", row.cache_write_5m ?? "", row.cache_write_1h ?? ""].map(
      String,
    ) as unknown as Billed["prices"],
    search: String(row.web_search ?? TERMS.webSearchUsd),
    factors: [
      ...(question.inferenceGeo === "us" ? [String(row.us_factor ?? "1.1")] : []),
      ...(asBatch ? [String(row.batch_factor ?? "0.5")] : []),
    ],
    rate: inEuro ? (question.atUnixMs < Date.UTC(2026, 9, 7) ? "1.07654321" : "1.1") : "1",
    discount: "0",
  };
}

function billedByList(question: PriceQuestion): Billed | undefined {
  if (question.serviceTier === "priority") return undefined;
  const day = new Date(question.atUnixMs).toISOString().slice(0, 10);
  const long = question.model === "claude-haiku-5-5" && sumOfInput(question.usage) > 100_000;
  const tier = question.speed === "fast" ? "fast" : long ? "long" : "standard";
  const row = PRICES.findLast(
    (one) => one.model === question.model && one.tier === tier && (one.validFrom ?? "") <= day,
  );
  if (row === undefined) return undefined;
  const late = question.atUnixMs >= Date.UTC(2026, 9, 7);
  const discount = question.model === "claude-opus-5" ? (late ? "100" : "33.333333") : "7.25";
  return {
    prices: [row.input, row.output, row.cacheRead, row.cacheWrite5m, row.cacheWrite1h],
    search: "0.01",
    factors: [...(question.inferenceGeo === "us" ? ["1.1"] : []), ...(question.serviceTier === "batch" ? ["0.5"] : [])],
    rate: "1",
    discount,
  };
}

/** The bill to 1e-12 USD as text. */
function bill(file: PriceFile, question: PriceQuestion): string | undefined {
  const billed = billedByUser(file, question) ?? billedByList(question);
  if (billed === undefined) return undefined;
  const { usage } = question;
  const [input, output, read, write5m, write1h] = billed.prices;
  let tokens = "0";
  for (const [price, units] of [
    [input, usage.uncachedInputTokens],
    [output, usage.outputTokens],
    [read, usage.cacheReadTokens],
    [write5m, usage.cacheWrite5mTokens],
    [write5m, usage.cacheWriteUnknownTokens],
    [write1h, usage.cacheWrite1hTokens],
  ] as const) {
    tokens = add(tokens, multiply(price, String(units)));
  }
  tokens = shift(tokens, 6);
  for (const factor of billed.factors) tokens = multiply(tokens, factor);
  const whole = multiply(add(tokens, multiply(billed.search, String(usage.webSearchRequests))), billed.rate);
  return roundTo(shift(multiply(whole, hundredLess(billed.discount)), 2), 12);
}

it("ten thousand generated calls cost what a sum on paper says, to the last of twelve digits", () => {
  const file = makeFile();
  const book = bookOf(file);
  const sources = { user: 0, discounted: 0, none: 0 };
  const different: unknown[] = [];
  for (let call = 0; call < CALLS; call++) {
    const question = makeQuestion();
    const answer = book.price(question);
    const cost = answer.priced ? shift(String(answer.costPicoUsd), 12) : undefined;
    const expected = bill(file, question);
    if (cost !== expected) different.push({ question, answer, expected });
    if (!answer.priced) sources.none++;
    else if (answer.priceId.startsWith("user/discount-")) sources.discounted++;
    else sources.user++;
  }
  expect(different).toEqual([]);
  // Each way was taken often enough to mean something.
  expect(Math.min(...Object.values(sources))).toBeGreaterThan(500);
});
