/** Builders for tests of prices. */
import { makePriceBook } from "../price-book.ts";
import type { PriceBook } from "../price-book.ts";
import type { BillableUsage, PriceAnswer, PriceQuestion } from "../provider.ts";
import { readPriceFile } from "../user-prices/read-price-file.ts";
import type { PriceFile } from "../user-prices/schema.ts";

/** Usage of nothing. */
export const NOTHING: BillableUsage = {
  uncachedInputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  cacheWriteUnknownTokens: 0,
  outputTokens: 0,
  webSearchRequests: 0,
};

/** 2026-11-20 in milliseconds. */
export const NOW: number = Date.UTC(2026, 10, 20);

/** The prices with those of a file; throws when the file is wrong. */
export function bookOf(file: PriceFile): PriceBook {
  const read = readPriceFile(JSON.stringify(file), "prices.json");
  if (!read.ok) throw new Error(read.problems.join("\n"));
  return makePriceBook(read.prices);
}

/** Asks for a call to Anthropic, unless `more` says otherwise. */
export function ask(
  book: PriceBook,
  model: string,
  usage: Partial<BillableUsage>,
  more: Partial<PriceQuestion> = {},
): PriceAnswer {
  return book.price({ provider: "anthropic", model, atUnixMs: NOW, ...more, usage: { ...NOTHING, ...usage } });
}

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
