/** Reads a price file: checked against its schema, then against itself. */
import { parseDecimal, wholeNumber } from "../exact-money.ts";
import type { Decimal } from "../exact-money.ts";
import { providerNamed } from "../providers.ts";
import { consistencyProblems } from "./check-consistency.ts";
import { schemaProblems, valueText } from "./check-schema.ts";
import type { DecimalValue, PriceFile, PriceFileDiscount, PriceFileRow } from "./schema.ts";
import { USD } from "./user-prices.ts";
import type { UserDiscount, UserPrices, UserRate, UserRow, Validity } from "./user-prices.ts";

/** What a file says, or everything that is wrong with it: a sentence each, which begins with the name of the file. */
export type ReadPriceFile =
  | { readonly ok: true; readonly prices: UserPrices }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the text of a price file; `file` is its name for messages. */
export function readPriceFile(text: string, file: string): ReadPriceFile {
  let document: unknown;
  try {
    // Editors on some systems begin a file with a byte order mark.
    document = JSON.parse(text.replace(/^\u{FEFF}/u, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(file, [`the file: expected JSON, got a text that is none (${reason})`]);
  }
  const bySchema = schemaProblems(document);
  if (bySchema.length > 0) return failed(file, bySchema);
  const problems: string[] = [];
  const prices = toUserPrices(document as PriceFile, problems);
  if (problems.length === 0) problems.push(...consistencyProblems(prices));
  return problems.length > 0 ? failed(file, problems) : { ok: true, prices };
}

function failed(file: string, problems: readonly string[]): ReadPriceFile {
  return { ok: false, problems: problems.map((problem) => `${file}: ${problem}`) };
}

function toUserPrices(file: PriceFile, problems: string[]): UserPrices {
  return {
    rows: (file.prices ?? []).map((row, at) => toRow(row, `prices[${at}]`, problems)),
    discounts: (file.discounts ?? []).map((discount, at) => toDiscount(discount, `discounts[${at}]`, problems)),
    rates: (file.rates ?? []).map((rate, at): UserRate => {
      const place = `rates[${at}]`;
      const { from, fromMs } = validity({ from: rate.from }, place, problems);
      return { place, currency: rate.currency, from, fromMs, usd: decimal(rate.usd, `${place}.usd`, problems) };
    }),
  };
}

function toDiscount(discount: PriceFileDiscount, place: string, problems: string[]): UserDiscount {
  return {
    place,
    provider: providerId(discount.provider),
    model: discount.model,
    percent: decimal(discount.percent, `${place}.percent`, problems),
    note: discount.note,
    ...validity(discount, place, problems),
  };
}

function toRow(row: PriceFileRow, place: string, problems: string[]): UserRow {
  const terms = providerNamed(row.provider)?.terms;
  const optional = (value: DecimalValue | undefined, name: string): Decimal | undefined =>
    value === undefined ? undefined : decimal(value, `${place}.${name}`, problems);
  return {
    place,
    provider: providerId(row.provider),
    model: row.model,
    also: row.also ?? [],
    serviceTier: row.service_tier ?? "standard",
    speed: row.speed ?? "standard",
    aboveInputTokens: row.above_input_tokens,
    currency: row.currency ?? USD,
    input: decimal(row.input, `${place}.input`, problems),
    output: decimal(row.output, `${place}.output`, problems),
    cacheRead: optional(row.cache_read, "cache_read"),
    cacheWrite5m: optional(row.cache_write_5m, "cache_write_5m"),
    cacheWrite1h: optional(row.cache_write_1h, "cache_write_1h"),
    // The provider's own price of a search is in USD; a row in another currency has to state its own.
    webSearch: optional(
      row.web_search ?? ((row.currency ?? USD) === USD ? terms?.webSearchUsd : undefined),
      "web_search",
    ),
    usFactor: optional(row.us_factor ?? terms?.usFactor, "us_factor") ?? wholeNumber(1n),
    batchFactor: optional(row.batch_factor ?? terms?.batchFactor, "batch_factor"),
    note: row.note,
    ...validity(row, place, problems),
  };
}

/** A provider of ours is known by its id, whichever of its names the file uses. */
function providerId(name: string): string {
  return providerNamed(name)?.id ?? name;
}

function validity(
  { from, until }: { readonly from?: string | undefined; readonly until?: string | undefined },
  place: string,
  problems: string[],
): Validity {
  const fromMs = from === undefined ? -Infinity : dayMs(from, `${place}.from`, problems);
  const untilMs = until === undefined ? Infinity : dayMs(until, `${place}.until`, problems);
  if (fromMs >= untilMs) problems.push(`${place}.until: expected a day after from (${from}), got ${valueText(until)}`);
  return { from: from ?? null, until: until ?? null, fromMs, untilMs };
}

function dayMs(text: string, place: string, problems: string[]): number {
  const at = Date.parse(`${text}T00:00:00Z`);
  if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(text)) return at;
  problems.push(`${place}: expected a day of the calendar, got ${valueText(text)}`);
  return Number.NaN;
}

/** A number of up to 15 digits is the shortest text that is read as it; beyond that the file's digits are lost. */
function decimal(value: DecimalValue, place: string, problems: string[]): Decimal {
  const text = String(value);
  const digits = text.replaceAll(/\D/g, "").length;
  if (/^\d{1,12}(\.\d{1,12})?$/.test(text) && (typeof value === "string" || digits <= 15)) return parseDecimal(text);
  problems.push(`${place}: expected a number whose digits can be kept (write it as text, "..."), got ${text}`);
  return wholeNumber(0n);
}
