/** What the schema cannot tell of a price file: rows that contradict each other, or name what is not there. */
import { decimalText } from "../exact-money.ts";
import { providerNamed } from "../providers.ts";
import { valueText } from "./check-schema.ts";
import { USD } from "./user-prices.ts";
import type { UserDiscount, UserPrices, UserRow } from "./user-prices.ts";

/** Every contradiction, e.g. `prices[3]: expected ..., got ...`. */
export function consistencyProblems(prices: UserPrices): readonly string[] {
  return [
    ...prices.rows.flatMap((row) => modelProblems(row)),
    ...prices.rows.flatMap((row) => currencyProblems(row, prices)),
    ...prices.discounts.flatMap((discount) => modelProblems(discount)),
    // A number above 100 the schema refuses itself, a text it cannot.
    ...prices.discounts
      .filter(({ percent }) => percent.units > 100n * 10n ** BigInt(percent.scale))
      .map(
        ({ place, percent }) => `${place}.percent: expected a percentage from 0 to 100, got ${decimalText(percent)}`,
      ),
    ...prices.rates.flatMap(({ place, currency, usd }) => [
      ...(currency === USD ? [`${place}.currency: expected another currency than USD, got "USD"`] : []),
      ...(usd.units === 0n ? [`${place}.usd: expected a rate above 0, got 0`] : []),
    ]),
    ...twice(
      prices.rows.flatMap((row) => [row.model, ...row.also].map((id) => ({ place: row.place, id, row }))),
      ({ id, row }) => JSON.stringify([row.provider, id, row.serviceTier, row.speed, row.aboveInputTokens, row.from]),
      "another model, tier or first day",
    ),
    ...twice(
      prices.discounts,
      ({ provider, model, from }) => JSON.stringify([provider, model, from]),
      "another provider, model or first day",
    ),
    ...twice(prices.rates, ({ currency, from }) => JSON.stringify([currency, from]), "another currency or first day"),
  ];
}

/** A provider of ours has one id for each model, and that one is asked for: an alias would never be met. */
function modelProblems({ place, provider, model }: UserRow | UserDiscount): readonly string[] {
  if (model === undefined) return [];
  const canonical = providerNamed(provider)?.canonicalModel(model);
  if (canonical === undefined || canonical === model) return [];
  return [`${place}.model: expected the canonical id ${valueText(canonical)}, got ${valueText(model)}`];
}

function currencyProblems({ place, currency, from, fromMs }: UserRow, { rates }: UserPrices): readonly string[] {
  if (currency === USD) return [];
  const own = rates.filter((rate) => rate.currency === currency);
  if (own.length === 0)
    return [`${place}.currency: expected USD or a currency with a rate in rates, got "${currency}"`];
  if (own.some((rate) => rate.fromMs <= fromMs)) return [];
  return [
    `${place}.currency: expected a rate of ${currency} that holds from ${from ?? "the beginning"}, got later ones`,
  ];
}

function twice<Item extends { readonly place: string }>(
  items: readonly Item[],
  key: (item: Item) => string,
  expected: string,
): readonly string[] {
  const first = new Map<string, string>();
  const problems: string[] = [];
  for (const item of items) {
    const before = first.get(key(item));
    if (before === undefined) first.set(key(item), item.place);
    else if (before !== item.place) problems.push(`${item.place}: expected ${expected} than ${before}, got the same`);
  }
  return problems;
}
