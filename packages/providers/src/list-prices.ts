/** What applied when, as rows to read: the user's, ours, and those of the price package where they are asked for. */
import type { ModelInfo, ModelPrice } from "@pydantic/genai-prices";
import { decimalText, parseDecimal, productOf, quotientOf, wholeNumber } from "./exact-money.ts";
import type { Decimal } from "./exact-money.ts";
import { packageModels } from "./genai-prices/package-data.ts";
import { decimalOfFloat, packagePriceId } from "./genai-prices/price.ts";
import { PACKAGE_PROVIDERS } from "./genai-prices/providers.ts";
import type { PriceBook } from "./price-book.ts";
import type { PriceRow, Provider } from "./provider.ts";
import { providerNamed, PROVIDERS } from "./providers.ts";
import { chooseDiscount, discountedId, remainder, rowId } from "./user-prices/price.ts";
import { holdsAt, rateAt, USD } from "./user-prices/user-prices.ts";
import type { UserPrices, UserRow } from "./user-prices/user-prices.ts";

/** Which prices are asked for. */
export interface ListQuestion {
  readonly provider?: string | undefined;
  /** As telemetry reports it, or canonical. */
  readonly model?: string | undefined;
  /** Only what holds at this time (milliseconds since 1970); the whole history when it is left out. */
  readonly atUnixMs?: number | undefined;
  /** Currency to show amounts in, at the rate of the time that is asked for, else of `nowUnixMs`. */
  readonly currency?: string | undefined;
  readonly nowUnixMs: number;
}

/** One price as it is shown: decimal text per million tokens (searches: per search), null where there is no such price. */
export interface ListedPrice {
  readonly source: "user" | "list" | "genai-prices";
  readonly provider: string;
  readonly model: string;
  /** `standard`, `fast`, `long`, a service tier, `above 200000`, or several of them. */
  readonly tier: string;
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  readonly currency: string;
  readonly input: string | null;
  readonly output: string | null;
  readonly cacheRead: string | null;
  readonly cacheWrite5m: string | null;
  readonly cacheWrite1h: string | null;
  readonly webSearch: string | null;
  readonly priceId: string;
}

type Amounts = Pick<ListedPrice, "input" | "output" | "cacheRead" | "cacheWrite5m" | "cacheWrite1h" | "webSearch">;
/** A price before it is turned into the currency that it is shown in. */
type Draft = Omit<ListedPrice, keyof Amounts | "currency"> & {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly usd: { readonly [Name in keyof Amounts]: Decimal | undefined };
};

/** Digits after the point of an amount that has to be rounded for being shown. */
const SHOWN_DIGITS = 12;

/** The prices, or undefined when the price file has no rate of the currency for that time. */
export function listPrices({ userPrices }: PriceBook, question: ListQuestion): readonly ListedPrice[] | undefined {
  const currency = question.currency ?? USD;
  const at = question.atUnixMs ?? question.nowUnixMs;
  const rate = rateAt(userPrices, currency, at);
  if (rate === undefined) return undefined;
  const drafts = [
    ...userPrices.rows
      .filter((row) => asksFor(question, row.provider, [row.model, ...row.also]))
      .map((row) => userDraft(row, userPrices, at)),
    ...(question.atUnixMs === undefined ? discountDrafts(userPrices, question) : []),
    ...PROVIDERS.flatMap((provider) => listDrafts(provider, question)),
    ...packageDrafts(question),
  ];
  const shown = question.atUnixMs === undefined ? drafts : holding(drafts, question.atUnixMs, userPrices);
  return shown.map((draft) => listed(draft, currency, rate));
}

function listed(
  { fromMs: _from, untilMs: _until, usd, ...draft }: Draft,
  currency: string,
  rate: Decimal,
): ListedPrice {
  const shown = (amount: Decimal | undefined): string | null => {
    if (amount === undefined) return null;
    return decimalText(currency === USD ? amount : quotientOf(amount, rate, SHOWN_DIGITS));
  };
  return {
    ...draft,
    currency,
    input: shown(usd.input),
    output: shown(usd.output),
    cacheRead: shown(usd.cacheRead),
    cacheWrite5m: shown(usd.cacheWrite5m),
    cacheWrite1h: shown(usd.cacheWrite1h),
    webSearch: shown(usd.webSearch),
  };
}

/** What holds at a time: the last row of each tier, no list price that a row of the user's stands before, discounts taken off. */
function holding(drafts: readonly Draft[], atUnixMs: number, userPrices: UserPrices): readonly Draft[] {
  const last = new Map<string, Draft>();
  for (const draft of drafts) {
    if (!holdsAt({ ...draft, from: null, until: null }, atUnixMs)) continue;
    const key = JSON.stringify([draft.source, draft.provider, draft.model, draft.tier]);
    const before = last.get(key);
    if (before === undefined || draft.fromMs >= before.fromMs) last.set(key, draft);
  }
  const all = [...last.values()];
  const overridden = new Set(
    all
      .filter(({ source }) => source === "user")
      .map(({ provider, model, tier }) => JSON.stringify([provider, model, listTiersOf(tier)])),
  );
  return all
    .filter(
      ({ source, provider, model, tier }) =>
        source === "user" || !overridden.has(JSON.stringify([provider, model, listTiersOf(tier)])),
    )
    .map((draft) => discountedDraft(draft, atUnixMs, userPrices));
}

/** A row of the user's for ordinary calls stands before the list's price for long prompts too. */
function listTiersOf(tier: string): string {
  return tier === "long" ? "standard" : tier;
}

function discountedDraft(draft: Draft, atUnixMs: number, { discounts }: UserPrices): Draft {
  if (draft.source === "user") return draft;
  const discount = chooseDiscount(discounts, draft.provider, { model: draft.model, atUnixMs });
  if (discount === undefined) return draft;
  const less = (amount: Decimal | undefined): Decimal | undefined =>
    amount === undefined ? undefined : productOf(amount, remainder(discount));
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearch } = draft.usd;
  return {
    ...draft,
    source: "user",
    priceId: discountedId(discount, draft.priceId),
    usd: {
      input: less(input),
      output: less(output),
      cacheRead: less(cacheRead),
      cacheWrite5m: less(cacheWrite5m),
      cacheWrite1h: less(cacheWrite1h),
      webSearch: less(webSearch),
    },
  };
}

function userDraft(row: UserRow, userPrices: UserPrices, atUnixMs: number): Draft {
  const rate = rateAt(userPrices, row.currency, atUnixMs);
  const inUsd = (amount: Decimal | undefined): Decimal | undefined =>
    amount === undefined || rate === undefined ? undefined : productOf(amount, rate);
  const marks = [
    row.speed === "standard" ? [] : row.speed,
    row.serviceTier === "standard" ? [] : row.serviceTier,
    row.aboveInputTokens === undefined ? [] : `above ${row.aboveInputTokens}`,
  ].flat();
  return {
    source: "user",
    provider: row.provider,
    model: row.model,
    tier: marks.join(" ") || "standard",
    validFrom: row.from,
    validUntil: row.until,
    fromMs: row.fromMs,
    untilMs: row.untilMs,
    priceId: rowId(row),
    usd: {
      input: inUsd(row.input),
      output: inUsd(row.output),
      cacheRead: inUsd(row.cacheRead),
      cacheWrite5m: inUsd(row.cacheWrite5m),
      cacheWrite1h: inUsd(row.cacheWrite1h),
      webSearch: inUsd(row.webSearch),
    },
  };
}

const NO_AMOUNTS: Draft["usd"] = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite5m: undefined,
  cacheWrite1h: undefined,
  webSearch: undefined,
};

/** Discounts as rows without amounts, since what they take off depends on the list row. */
function discountDrafts({ discounts }: UserPrices, question: ListQuestion): readonly Draft[] {
  return discounts
    .filter(({ provider, model }) =>
      model === undefined ? isFor(question, provider) : asksFor(question, provider, [model]),
    )
    .map((discount) => ({
      source: "user",
      provider: discount.provider,
      model: discount.model ?? "*",
      tier: `discount ${decimalText(discount.percent)}%`,
      validFrom: discount.from,
      validUntil: discount.until,
      fromMs: discount.fromMs,
      untilMs: discount.untilMs,
      priceId: discountedId(discount, "…"),
      usd: NO_AMOUNTS,
    }));
}

function listDrafts(provider: Provider, question: ListQuestion): readonly Draft[] {
  return provider.prices
    .filter((row) => asksFor(question, provider.id, [row.model]))
    .map((row) => listDraft(provider, row));
}

function listDraft(provider: Provider, row: PriceRow): Draft {
  const next = provider.prices.find(
    (other) => other.model === row.model && other.tier === row.tier && (other.validFrom ?? "") > (row.validFrom ?? ""),
  );
  const validUntil = next?.validFrom ?? null;
  const date = row.validFrom === null ? "" : `@${row.validFrom}`;
  return {
    source: "list",
    provider: provider.id,
    model: row.model,
    tier: row.tier,
    validFrom: row.validFrom,
    validUntil,
    fromMs: startOf(row.validFrom, -Infinity),
    untilMs: startOf(validUntil, Infinity),
    priceId: `${provider.id}/${row.model}${date}${row.tier === "standard" ? "" : `+${row.tier}`}`,
    usd: {
      input: parseDecimal(row.input),
      output: parseDecimal(row.output),
      cacheRead: parseDecimal(row.cacheRead),
      cacheWrite5m: parseDecimal(row.cacheWrite5m),
      cacheWrite1h: parseDecimal(row.cacheWrite1h),
      webSearch: parseDecimal(provider.terms.webSearchUsd),
    },
  };
}

/** The package's rows, when a provider or a model of it is asked for: all of them are far too many to read. */
function packageDrafts(question: ListQuestion): readonly Draft[] {
  const { provider, model } = question;
  if (provider === undefined && model === undefined) return [];
  const providers =
    provider === undefined ? new Set(PACKAGE_PROVIDERS.values()) : [PACKAGE_PROVIDERS.get(provider) ?? provider];
  return [...providers].flatMap((id) =>
    packageModels(id)
      .filter((info) => model === undefined || info.id === model)
      .flatMap((info) => packageModelDrafts(provider ?? id, id, info)),
  );
}

function packageModelDrafts(name: string, provider: string, info: ModelInfo): readonly Draft[] {
  const dated = Array.isArray(info.prices) ? info.prices : [{ prices: info.prices }];
  return dated.map(({ constraint, prices }, at) => {
    const next = dated.slice(at + 1).find((one) => one.constraint?.type === "start_date")?.constraint;
    const validFrom = constraint?.type === "start_date" ? constraint.start_date : null;
    const validUntil = next?.type === "start_date" ? next.start_date : null;
    return {
      source: "genai-prices",
      provider: name,
      model: info.id,
      tier: constraint?.type === "time_of_date" ? `${constraint.start_time} to ${constraint.end_time}` : "standard",
      validFrom,
      validUntil,
      fromMs: startOf(validFrom, -Infinity),
      untilMs: startOf(validUntil, Infinity),
      priceId: packagePriceId(provider, info.id),
      usd: packageAmounts(prices),
    };
  });
}

/** Of a price with steps the lowest: the base. */
function packageAmounts(prices: ModelPrice): Draft["usd"] {
  const amount = (key: string): Decimal | undefined => {
    const price = prices[key];
    return price === undefined ? undefined : decimalOfFloat(typeof price === "number" ? price : price.base);
  };
  const searches = amount("web_searches_kcount");
  return {
    input: amount("input_mtok"),
    output: amount("output_mtok"),
    cacheRead: amount("cache_read_mtok"),
    cacheWrite5m: amount("cache_write_mtok"),
    cacheWrite1h: amount("cache_write_1h_mtok"),
    webSearch: searches === undefined ? undefined : productOf(searches, { ...wholeNumber(1n), scale: 3 }),
  };
}

/** Whether what holds for a whole provider is asked for: the model, if one is, has to be its own as far as is known. */
function isFor({ provider, model }: ListQuestion, ofProvider: string): boolean {
  if (provider !== undefined) return providerId(provider) === ofProvider;
  return model === undefined || providerNamed(ofProvider)?.canonicalModel(model) !== undefined;
}

function asksFor({ provider, model }: ListQuestion, ofProvider: string, models: readonly string[]): boolean {
  if (provider !== undefined && providerId(provider) !== ofProvider) return false;
  if (model === undefined) return true;
  const own = providerNamed(ofProvider) ?? PROVIDERS.find((one) => one.canonicalModel(model) !== undefined);
  return models.includes(model) || models.includes(own?.canonicalModel(model) ?? model);
}

function providerId(name: string): string {
  return providerNamed(name)?.id ?? name;
}

function startOf(day: string | null, otherwise: number): number {
  return day === null ? otherwise : Date.parse(`${day}T00:00:00Z`);
}
