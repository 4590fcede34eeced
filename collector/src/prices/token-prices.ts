/**
 * The SQL function `token_prices`: what one token of each bucket costs by the price that a call names. The prices are
 * asked from where calls are priced, so that they cannot differ from what calls cost.
 */
import { makePriceBook, PROVIDERS } from "@phasewise/providers";
import type { BillableUsage, PriceBook, PriceQuestion } from "@phasewise/providers";

/** Prices of one token in 1e-12 USD: input, output, cache read, 5-minute and 1-hour cache write; null where none is stated. */
export type TokenPrices = readonly (bigint | null)[];

const BUCKETS = [
  "uncachedInputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWrite5mTokens",
  "cacheWrite1hTokens",
] as const;
const NOTHING: BillableUsage = {
  uncachedInputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  cacheWriteUnknownTokens: 0,
  outputTokens: 0,
  webSearchRequests: 0,
};
/** More than any threshold above which a long prompt is dearer. */
const LONG_PROMPT = 10_000_000;
/** Tokens that are asked for at once, so that little of a price is lost to rounding. */
const MANY = 1000;

/** One call that a row of prices holds for, without usage. */
interface Asked extends Omit<PriceQuestion, "usage"> {
  /** Uncached input tokens that the row presupposes. */
  readonly prompt: number;
}

/** The statement that makes the function know every price of the lists and of the user's price file. */
export function tokenPricesStatement(book: PriceBook): string {
  const entries = [...tokenPrices(book)].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const lines = entries.map(([id, prices]) => `    '${id.replaceAll("'", "''")}': [${prices.map(usd).join(", ")}]`);
  return `create or replace macro token_prices (price_id) as cast(
  map {
${lines.join(",\n")}
  } as map(varchar, decimal(18, 12) [])
) [price_id]`;
}

/**
 * Prices by price id, with every mark that a price id can carry. A price that was another amount at other times, because
 * the rate of its currency changed, is left out.
 */
export function tokenPrices(book: PriceBook): ReadonlyMap<string, TokenPrices> {
  const found = new Map<string, TokenPrices>();
  const changed = new Set<string>();
  const lists = makePriceBook();
  const questions = [
    ...listQuestions().map((asked) => ({ asked, from: lists })),
    ...discountQuestions(book).map((asked) => ({ asked, from: book })),
    ...userQuestions(book).map((asked) => ({ asked, from: book })),
  ];
  for (const { asked, from } of questions) {
    const priced = pricesOf(asked, from);
    if (priced === undefined) continue;
    const known = found.get(priced.priceId);
    if (known !== undefined && known.some((price, at) => price !== priced.prices[at])) changed.add(priced.priceId);
    found.set(priced.priceId, priced.prices);
  }
  for (const id of changed) found.delete(id);
  return found;
}

function listQuestions(): readonly Asked[] {
  return PROVIDERS.flatMap((provider) =>
    provider.prices.flatMap((row) =>
      marked({
        provider: provider.id,
        model: row.model,
        atUnixMs: row.validFrom === null ? 0 : Date.parse(`${row.validFrom}T00:00:00Z`),
        speed: row.tier === "fast" ? "fast" : undefined,
        prompt: row.tier === "long" ? LONG_PROMPT : 0,
      }),
    ),
  );
}

/** List prices less a discount: each at the first moment at which both hold. */
function discountQuestions({ userPrices: { discounts } }: PriceBook): readonly Asked[] {
  return discounts.flatMap(({ provider, model, fromMs }) =>
    listQuestions()
      .filter((asked) => asked.provider === provider && (model === undefined || asked.model === model))
      .map((asked) => Object.assign({}, asked, { atUnixMs: Math.max(fromMs, asked.atUnixMs) })),
  );
}

/** The user's rows: each when it begins, and when a rate of its currency does. */
function userQuestions({ userPrices: { rows, rates } }: PriceBook): readonly Asked[] {
  return rows.flatMap((row) => {
    const begins = rates.filter(({ currency }) => currency === row.currency).map(({ fromMs }) => fromMs);
    const times = new Set([row.fromMs, ...begins].map((time) => Math.max(time, row.fromMs, 0)));
    return [...times].flatMap((atUnixMs) =>
      marked({
        provider: row.provider,
        model: row.model,
        atUnixMs,
        speed: row.speed,
        serviceTier: row.serviceTier,
        prompt: row.aboveInputTokens === undefined ? 0 : row.aboveInputTokens + 1,
      }),
    );
  });
}

function marked(asked: Asked): readonly Asked[] {
  return [undefined, "us"].flatMap((inferenceGeo) =>
    [...new Set([asked.serviceTier, "batch"])].map((serviceTier) =>
      Object.assign({}, asked, { inferenceGeo, serviceTier }),
    ),
  );
}

/** The price of one token is what many more of them add to a call that the row holds for. */
function pricesOf(
  { prompt, ...question }: Asked,
  book: PriceBook,
): { readonly priceId: string; readonly prices: TokenPrices } | undefined {
  const base: BillableUsage = { ...NOTHING, uncachedInputTokens: prompt };
  const nothing = book.price({ ...question, usage: base });
  if (!nothing.priced) return undefined;
  const { priceId, costPicoUsd } = nothing;
  const prices = BUCKETS.map((bucket) => {
    const more = book.price({ ...question, usage: { ...base, [bucket]: base[bucket] + MANY } });
    if (!more.priced || more.priceId !== priceId) return null;
    return (more.costPicoUsd - costPicoUsd + BigInt(MANY) / 2n) / BigInt(MANY);
  });
  return { priceId, prices };
}

function usd(picoUsd: bigint | null): string {
  if (picoUsd === null) return "null";
  const digits = String(picoUsd).padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}
