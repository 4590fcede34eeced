/** What a price file says, ready to be used. */
import type { Decimal } from "../exact-money.ts";

/** A span of whole days (UTC). */
export interface Validity {
  /** First day, or null for "always". */
  readonly from: string | null;
  /** The day on which it no longer holds, or null for "for good". */
  readonly until: string | null;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Whether something holds at a time in milliseconds since 1970. */
export function holdsAt({ fromMs, untilMs }: Validity, atUnixMs: number): boolean {
  return fromMs <= atUnixMs && atUnixMs < untilMs;
}

/** One price row of the user. Prices are per million tokens, in the row's currency. */
export interface UserRow extends Validity {
  /** Where it is in the file, e.g. `prices[0]`. */
  readonly place: string;
  /** Id of a provider of ours, else as telemetry names it. */
  readonly provider: string;
  readonly model: string;
  readonly also: readonly string[];
  readonly serviceTier: string;
  readonly speed: string;
  readonly aboveInputTokens: number | undefined;
  readonly currency: string;
  readonly input: Decimal;
  readonly output: Decimal;
  readonly cacheRead: Decimal | undefined;
  readonly cacheWrite5m: Decimal | undefined;
  readonly cacheWrite1h: Decimal | undefined;
  readonly webSearch: Decimal | undefined;
  readonly usFactor: Decimal;
  readonly batchFactor: Decimal | undefined;
  readonly note: string | undefined;
}

/** Percent off list prices. */
export interface UserDiscount extends Validity {
  readonly place: string;
  readonly provider: string;
  /** Undefined: every model of the provider. */
  readonly model: string | undefined;
  readonly percent: Decimal;
  readonly note: string | undefined;
}

/** What one unit of a currency is worth, from a day on until the next rate of the same currency. */
export interface UserRate {
  readonly place: string;
  readonly currency: string;
  readonly from: string | null;
  readonly fromMs: number;
  readonly usd: Decimal;
}

/** Everything that a price file says. */
export interface UserPrices {
  readonly rows: readonly UserRow[];
  readonly discounts: readonly UserDiscount[];
  readonly rates: readonly UserRate[];
}

/** The currency of all amounts inside, and of rows that name none. */
export const USD = "USD";

/** No price file. */
export const NO_USER_PRICES: UserPrices = { rows: [], discounts: [], rates: [] };

/** The rate of a currency at a time: the latest that has begun; undefined when none has. */
export function rateAt(prices: UserPrices, currency: string, atUnixMs: number): Decimal | undefined {
  if (currency === USD) return { units: 1n, scale: 0 };
  let latest: UserRate | undefined;
  for (const rate of prices.rates) {
    if (rate.currency !== currency || rate.fromMs > atUnixMs) continue;
    if (latest === undefined || rate.fromMs > latest.fromMs) latest = rate;
  }
  return latest?.usd;
}
