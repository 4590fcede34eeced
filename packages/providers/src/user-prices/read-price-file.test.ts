import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPriceFile } from "./read-price-file.ts";
import { PRICE_FILE_SCHEMA } from "./schema.ts";

const ROW = { provider: "anthropic", model: "claude-opus-5-5", input: "3.2", output: "16" };

function problemsOf(document: unknown): readonly string[] {
  const text = typeof document === "string" ? document : JSON.stringify(document);
  const read = readPriceFile(text, "prices.json");
  return read.ok ? [] : read.problems;
}

/** What is wrong with each, and what is said of it; a function of 20 and more ways to write a price file that is none. */
const BROKEN: readonly (readonly [name: string, document: unknown, problem: RegExp])[] = [
  ["no JSON", "{", /^prices\.json: the file: expected JSON, got a text that is none \(.+\)$/],
  ["an empty file", "", /^prices\.json: the file: expected JSON/],
  ["a list", [], /^prices\.json: the file: expected a price file: an object with any of .+, got \[\]$/],
  [
    "an unknown part",
    { price: [] },
    /^prices\.json: price: expected one of .*prices, discounts, rates, got the unknown key "price"$/,
  ],
  ["prices that are no list", { prices: { ...ROW } }, /prices: expected a list of price rows, got \{/],
  ["a row that is a text", { prices: ["cheap"] }, /prices\[0\]: expected a price row: an object with .+, got "cheap"$/],
  [
    "a row without a model",
    { prices: [{ ...ROW, model: undefined }] },
    /prices\[0\]\.model: expected a model: .+, got nothing$/,
  ],
  [
    "a misspelt price",
    { prices: [ROW, { ...ROW, cacheread: 1 }] },
    /prices\[1\]\.cacheread: expected one of .*cache_read, .+, got the unknown key "cacheread"$/,
  ],
  [
    "a word for a price",
    { prices: [{ ...ROW, input: "free" }] },
    /prices\[0\]\.input: expected price of a million uncached input tokens: a decimal number .+, got "free"$/,
  ],
  ["a negative price", { prices: [{ ...ROW, output: -1 }] }, /prices\[0\]\.output: expected price of .+, got -1$/],
  ["no price at all", { prices: [{ ...ROW, input: null }] }, /prices\[0\]\.input: expected price .+, got null$/],
  ["a price with a comma", { prices: [{ ...ROW, input: "3,2" }] }, /prices\[0\]\.input: .+, got "3,2"$/],
  [
    "more digits than are kept",
    { prices: [{ ...ROW, input: "0.0000000000001" }] },
    /prices\[0\]\.input: .+at most 12 digits.+, got "0\.0000000000001"$/,
  ],
  [
    "a number in powers of ten",
    '{"prices":[{"provider":"x","model":"y","input":1e-7,"output":1}]}',
    /prices\[0\]\.input: expected a number whose digits can be kept \(write it as text, "\.\.\."\), got 1e-7$/,
  ],
  [
    "a number whose digits were lost",
    '{"prices":[{"provider":"x","model":"y","input":1234567890.12345678,"output":1}]}',
    /prices\[0\]\.input: expected a number whose digits can be kept/,
  ],
  [
    "a date with slashes",
    { prices: [{ ...ROW, from: "2026/07/01" }] },
    /prices\[0\]\.from: expected first day \(UTC\) on which it holds: a date such as "2026-07-01", got "2026\/07\/01"$/,
  ],
  [
    "a day that is not",
    { prices: [{ ...ROW, from: "2026-02-30" }] },
    /prices\[0\]\.from: expected a day of the calendar, got "2026-02-30"$/,
  ],
  [
    "an end before its start",
    { prices: [{ ...ROW, from: "2026-07-01", until: "2026-07-01" }] },
    /prices\[0\]\.until: expected a day after from \(2026-07-01\), got "2026-07-01"$/,
  ],
  [
    "a threshold of nothing",
    { prices: [{ ...ROW, above_input_tokens: 0 }] },
    /prices\[0\]\.above_input_tokens: .+a whole number above 0, got 0$/,
  ],
  [
    "a threshold of one and a half",
    { prices: [{ ...ROW, above_input_tokens: 1.5 }] },
    /above_input_tokens: .+got 1\.5$/,
  ],
  [
    "an alias of a model",
    { prices: [{ ...ROW, model: "claude-opus-4" }] },
    /prices\[0\]\.model: expected the canonical id "claude-opus-4-0", got "claude-opus-4"$/,
  ],
  [
    "two rows for one thing",
    { prices: [ROW, { ...ROW, input: "1" }] },
    /prices\[1\]: expected another model, tier or first day than prices\[0\], got the same$/,
  ],
  [
    "two rows for one further id",
    {
      prices: [
        { ...ROW, also: ["x"] },
        { ...ROW, model: "x" },
      ],
    },
    /prices\[1\]: expected another model/,
  ],
  [
    "a currency in small letters",
    { prices: [{ ...ROW, currency: "eur" }] },
    /prices\[0\]\.currency: expected a currency: three capital letters such as "EUR", got "eur"$/,
  ],
  [
    "a currency without a rate",
    { prices: [{ ...ROW, currency: "EUR" }] },
    /prices\[0\]\.currency: expected USD or a currency with a rate in rates, got "EUR"$/,
  ],
  [
    "a rate that begins too late",
    { prices: [{ ...ROW, currency: "EUR" }], rates: [{ currency: "EUR", from: "2026-01-01", usd: "1.1" }] },
    /prices\[0\]\.currency: expected a rate of EUR that holds from the beginning, got later ones$/,
  ],
  ["a rate of nothing", { rates: [{ currency: "EUR", usd: 0 }] }, /rates\[0\]\.usd: expected a rate above 0, got 0$/],
  [
    "a rate of the dollar",
    { rates: [{ currency: "USD", usd: 1 }] },
    /rates\[0\]\.currency: expected another currency than USD, got "USD"$/,
  ],
  [
    "a discount above all",
    { discounts: [{ provider: "anthropic", percent: 120 }] },
    /discounts\[0\]\.percent: expected percent off the list price, from 0 to 100: .+, got 120$/,
  ],
  [
    "a discount above all, as text",
    { discounts: [{ provider: "anthropic", percent: "120" }] },
    /discounts\[0\]\.percent: expected a percentage from 0 to 100, got 120$/,
  ],
  [
    "two discounts for one thing",
    {
      discounts: [
        { provider: "anthropic", percent: 1 },
        { provider: "Anthropic", percent: 2 },
      ],
    },
    /discounts\[1\]: expected another provider, model or first day than discounts\[0\]/,
  ],
];

describe("a price file that is wrong", () => {
  it.each(BROKEN)(
    "is refused for %s, with the file, the place, what was expected and what came",
    (_, document, problem) => {
      const problems = problemsOf(document);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(problem);
      expect(problems[0]).toMatch(/^prices\.json: .+: expected .+, got .+/);
    },
  );

  it("is told all that is wrong with it at once", () => {
    expect(problemsOf({ prices: [{ provider: "", model: "m", input: "x", output: true }], rates: 1 })).toEqual([
      expect.stringContaining("prices[0].provider"),
      expect.stringContaining("prices[0].input"),
      expect.stringContaining("prices[0].output"),
      expect.stringContaining("rates"),
    ]);
  });
});

describe("a price file that is right", () => {
  it("may be empty, begin with a byte order mark, and name its schema", () => {
    expect(problemsOf("{}")).toEqual([]);
    expect(
      problemsOf('\u{FEFF}{"$schema": "price-file.schema.json", "prices": [], "discounts": [], "rates": []}'),
    ).toEqual([]);
  });

  it("keeps every digit of texts and of short numbers", () => {
    const read = readPriceFile('{"prices":[{"provider":"x","model":"y","input":0.1,"output":"0.123456789012"}]}', "f");
    expect(read).toMatchObject({
      ok: true,
      prices: { rows: [{ input: { units: 1n, scale: 1 }, output: { units: 123456789012n, scale: 12 } }] },
    });
  });

  it("may state the same model again from another day, for another tier, speed, size of prompt or provider", () => {
    const prices = [
      ROW,
      { ...ROW, from: "2026-01-01" },
      { ...ROW, service_tier: "priority" },
      { ...ROW, speed: "fast" },
      { ...ROW, above_input_tokens: 9 },
    ];
    expect(problemsOf({ prices: [...prices, { ...ROW, provider: "aws.bedrock" }] })).toEqual([]);
  });
});

it("the example of the guide is a price file that can be read", () => {
  const guide = readFileSync(join(import.meta.dirname, "../../../../docs/prices.md"), "utf8");
  const [, example = ""] = /```json\n(.+?)```/s.exec(guide) ?? [];
  expect(problemsOf(example)).toEqual([]);
  expect(readPriceFile(example, "f")).toMatchObject({ prices: { rows: { length: 4 }, rates: { length: 2 } } });
});

it("the published schema is the one that files are checked against", () => {
  const published = readFileSync(join(import.meta.dirname, "../../../../docs/price-file.schema.json"), "utf8");
  expect(JSON.parse(published)).toEqual(PRICE_FILE_SCHEMA);
});
