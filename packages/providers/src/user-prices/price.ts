/**
 * What a call costs by the user's own rows. A row of the user's goes before every list; where no row of the user's is for
 * the model, tier, speed and time of a call, the lists hold, less the user's discount.
 */
import { decimalText, productOf, sumOf, toPico, wholeNumber } from "../exact-money.ts";
import type { Decimal } from "../exact-money.ts";
import type { PriceAnswer, PriceQuestion } from "../provider.ts";
import { makerOf, providerNamed } from "../providers.ts";
import { absurdUsage, inputTokens } from "../usage.ts";
import { holdsAt, rateAt, USD } from "./user-prices.ts";
import type { UserDiscount, UserPrices, UserRow } from "./user-prices.ts";

const PER_MILLION: Decimal = { units: 1n, scale: 6 };
const HUNDRED = 100n;
const US = "us";
const BATCH = "batch";
const STANDARD = "standard";

/** The words of telemetry for the ordinary tier and speed. */
const PLAIN: ReadonlySet<string | undefined> = new Set([undefined, STANDARD, "standard_only", "default", "normal"]);

/** The user's prices in the order in which calls ask for them. */
export interface UserPricing {
  /** The price by a row of the user's; undefined when none is for the call. */
  readonly price: (question: PriceQuestion) => PriceAnswer | undefined;
  /** A list price less the discount that holds for the call. */
  readonly discounted: (answer: PriceAnswer, question: PriceQuestion) => PriceAnswer;
}

/** Makes the user's prices ready to be asked. */
export function userPricing(prices: UserPrices): UserPricing {
  const rows = Map.groupBy(
    prices.rows.flatMap((row) => [row.model, ...row.also].map((id) => ({ row, key: `${row.provider} ${id}` }))),
    ({ key }) => key,
  );
  const providersOf = Map.groupBy(
    prices.rows.flatMap((row) => [row.model, ...row.also].map((id) => ({ id, provider: row.provider }))),
    ({ id }) => id,
  );
  const rowsOf = (provider: string, id: string): readonly UserRow[] =>
    rows.get(`${provider} ${id}`)?.map(({ row }) => row) ?? [];

  function price(question: PriceQuestion): PriceAnswer | undefined {
    if (prices.rows.length === 0) return undefined;
    const provider = billingProvider(question) ?? onlyOne(providersOf.get(question.model)?.map((one) => one.provider));
    if (provider === undefined) return undefined;
    for (const id of idsOf(provider, question.model)) {
      const row = chooseRow(rowsOf(provider, id), question);
      if (row !== undefined) return "priced" in row ? row : priceByRow(row, question, prices);
    }
    return undefined;
  }

  function discounted(answer: PriceAnswer, question: PriceQuestion): PriceAnswer {
    if (!answer.priced || prices.discounts.length === 0) return answer;
    const provider = billingProvider(question);
    const discount = provider === undefined ? undefined : chooseDiscount(prices.discounts, provider, question);
    if (discount === undefined) return answer;
    const cost = productOf({ units: answer.costPicoUsd, scale: 12 }, remainder(discount));
    return { priced: true, costPicoUsd: toPico(cost), priceId: discountedId(discount, answer.priceId) };
  }

  return { price, discounted };
}

/** The id of a list price less a discount. */
export function discountedId(discount: UserDiscount, listPriceId: string): string {
  return `user/discount-${decimalText(discount.percent)}%/${listPriceId}`;
}

/** What is left of a price after a discount, as a factor. */
export function remainder({ percent }: UserDiscount): Decimal {
  return { units: HUNDRED * 10n ** BigInt(percent.scale) - percent.units, scale: percent.scale + 2 };
}

/** The discount of a model at a time: that of the model before that of its provider, then the one that began last. */
export function chooseDiscount(
  discounts: readonly UserDiscount[],
  provider: string,
  { model, atUnixMs }: Pick<PriceQuestion, "model" | "atUnixMs">,
): UserDiscount | undefined {
  const ids = new Set(idsOf(provider, model));
  const holding = discounts.filter(
    (one) => one.provider === provider && holdsAt(one, atUnixMs) && (one.model === undefined || ids.has(one.model)),
  );
  const forModel = holding.filter((one) => one.model !== undefined);
  return latest(forModel.length > 0 ? forModel : holding);
}

/** Id of a row of the user's, without what the call adds to it. */
export function rowId(row: UserRow): string {
  const { from, speed, serviceTier, aboveInputTokens, currency } = row;
  const marks = [
    from === null ? "" : `@${from}`,
    speed === STANDARD ? "" : `+${speed}`,
    serviceTier === STANDARD ? "" : `+${serviceTier}`,
    aboveInputTokens === undefined ? "" : `+above-${aboveInputTokens}`,
    currency === USD ? "" : `+${currency}`,
  ];
  return `user/${row.provider}/${row.model}${marks.join("")}`;
}

/** Who bills a call: the reported provider, else the maker of the model if the id is one of its own. */
function billingProvider({ provider, model }: PriceQuestion): string | undefined {
  if (provider !== undefined) return providerNamed(provider)?.id ?? provider;
  const maker = makerOf(model);
  return maker?.billedBy(model) === undefined ? maker?.id : undefined;
}

/** The ids under which the user may have put a model: as reported, then canonical. */
function idsOf(provider: string, reported: string): readonly string[] {
  const own = providerNamed(provider);
  // Under an id of another biller a call is not billed by this provider, whatever the telemetry calls it.
  if (own?.billedBy(reported) !== undefined) return [reported];
  const canonical = (own ?? makerOf(reported))?.canonicalModel(reported);
  return canonical === undefined || canonical === reported ? [reported] : [reported, canonical];
}

/** The row for a call; undefined when the user has none, an answer when it cannot be told which. */
function chooseRow(rows: readonly UserRow[], question: PriceQuestion): UserRow | PriceAnswer | undefined {
  const speed = PLAIN.has(question.speed) ? STANDARD : question.speed;
  const tier = PLAIN.has(question.serviceTier) ? STANDARD : question.serviceTier;
  const holding = rows.filter((row) => row.speed === speed && holdsAt(row, question.atUnixMs));
  const ofTier = holding.filter((row) => row.serviceTier === tier);
  const candidates =
    ofTier.length === 0 && tier === BATCH ? holding.filter((row) => row.serviceTier === STANDARD) : ofTier;
  const prompt = inputTokens(question.usage);
  const reached = candidates.filter((row) => row.aboveInputTokens === undefined || prompt > row.aboveInputTokens);
  const highest = Math.max(...reached.map((row) => row.aboveInputTokens ?? 0));
  if (highest > 0 && question.manyRequests === true) {
    return unpriced(`a sum over requests does not tell which prompts were above ${highest} tokens`);
  }
  return latest(reached.filter((row) => (row.aboveInputTokens ?? 0) === highest));
}

function priceByRow(row: UserRow, question: PriceQuestion, prices: UserPrices): PriceAnswer {
  const { usage } = question;
  const absurd = absurdUsage(usage);
  if (absurd !== undefined) return unpriced(absurd);
  const us = question.inferenceGeo === US;
  const batch = question.serviceTier === BATCH && row.serviceTier !== BATCH;
  const lines: readonly (readonly [count: number, price: Decimal | undefined, name: string])[] = [
    [usage.uncachedInputTokens, row.input, "input"],
    [usage.outputTokens, row.output, "output"],
    [usage.cacheReadTokens, row.cacheRead, "cache_read"],
    // A lifetime that was not reported is the one of 5 minutes, as in the list.
    [usage.cacheWrite5mTokens + usage.cacheWriteUnknownTokens, row.cacheWrite5m, "cache_write_5m"],
    [usage.cacheWrite1hTokens, row.cacheWrite1h, "cache_write_1h"],
    [usage.webSearchRequests, row.webSearch, "web_search"],
    [batch ? 1 : 0, row.batchFactor, "batch_factor"],
  ];
  const missing = lines.find(([count, price]) => count > 0 && price === undefined);
  if (missing !== undefined) {
    return unpriced(`the price file states no ${missing[2]} for "${row.model}" (${row.place})`);
  }
  const rate = rateAt(prices, row.currency, question.atUnixMs);
  if (rate === undefined) return unpriced(`the price file has no rate of ${row.currency} for the time of the call`);
  const perMillion = sumOf(lines.slice(0, 5).map(([count, price]) => times(count, price)));
  const factors = [us ? row.usFactor : ONE, batch ? (row.batchFactor ?? ONE) : ONE];
  const tokens = productOf(perMillion, PER_MILLION, ...factors);
  const cost = productOf(sumOf([tokens, times(usage.webSearchRequests, row.webSearch)]), rate);
  const marks = `${us ? "+us" : ""}${batch ? "+batch" : ""}`;
  return { priced: true, costPicoUsd: toPico(cost), priceId: `${rowId(row)}${marks}` };
}

const ONE = wholeNumber(1n);

function times(count: number, price: Decimal | undefined): Decimal {
  return price === undefined ? wholeNumber(0n) : productOf(wholeNumber(BigInt(count)), price);
}

function latest<Item extends { readonly fromMs: number }>(items: readonly Item[]): Item | undefined {
  return items.reduce<Item | undefined>(
    (best, item) => (best === undefined || item.fromMs > best.fromMs ? item : best),
    undefined,
  );
}

function onlyOne(values: readonly string[] | undefined): string | undefined {
  const distinct = new Set(values);
  return distinct.size === 1 ? values?.[0] : undefined;
}

function unpriced(reason: string): PriceAnswer {
  return { priced: false, reason };
}
