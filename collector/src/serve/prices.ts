/** Prices over HTTP: what applied when, and stored calls priced again. */
import { RepriceBody, Table, type Column, type ReportParameter } from "@phasewise/api";
import type { FastifyInstance } from "fastify";
import { PhasewiseError } from "../errors.ts";
import { Decimal, type RepriceGroup, type RepriceRequest, type RepriceResult } from "../store/store.ts";
import { readParameters } from "../views/parameters.ts";
import { unitOf } from "../views/units.ts";
import { readTableQuery, sendTable } from "./query.ts";

/** One price as it is shown; amounts are decimal text. */
export interface ShownPrice {
  readonly source: string;
  readonly provider: string;
  readonly model: string;
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

/** Where the routes get prices from. */
export interface PriceSource {
  /** Undefined when there is no rate of the currency. */
  readonly list: (question: {
    readonly provider?: string | undefined;
    readonly model?: string | undefined;
    readonly atUnixMs?: number | undefined;
    readonly currency?: string | undefined;
    readonly nowUnixMs: number;
  }) => readonly ShownPrice[] | undefined;
  readonly file: () => { readonly path: string; readonly problem: string | undefined } | undefined;
  readonly reprice: (request: RepriceRequest) => Promise<RepriceResult>;
}

const LIST_PARAMETERS: readonly ReportParameter[] = [
  { name: "model", type: "text", default: null, comment: "Only this model." },
  { name: "provider", type: "text", default: null, comment: "Only this provider." },
  { name: "at", type: "timestamp", default: null, comment: "Only what holds at this time." },
  { name: "currency", type: "text", default: "USD", comment: "Currency to show amounts in." },
  { name: "tz", type: "text", default: "UTC", comment: "Time zone in which dates are read." },
];

const REPRICE_PARAMETERS: readonly ReportParameter[] = [
  { name: "since", type: "timestamp", default: null, comment: "From when (inclusive)." },
  { name: "until", type: "timestamp", default: "now", comment: "Until when (exclusive)." },
  { name: "model", type: "text", default: null, comment: "Only this model." },
  { name: "tz", type: "text", default: "UTC", comment: "Time zone in which dates are read." },
];

/** `GET /api/prices` and `POST /api/reprice`. */
export function priceRoutes(app: FastifyInstance, prices: PriceSource): void {
  app.get("/api/prices", { schema: { response: { 200: Table } } }, async (request, reply) => {
    const query = readTableQuery(request);
    const now = new Date();
    const asked = readParameters(LIST_PARAMETERS, query.parameters, now);
    return sendTable(reply, listTable(prices, asked, now), query.format);
  });
  app.post<{ Body: RepriceBody }>(
    "/api/reprice",
    { schema: { body: RepriceBody, response: { 200: Table } } },
    async (request, reply) => {
      const { format } = readTableQuery(request);
      const { dry_run, ...raw } = request.body;
      const asked = readParameters(REPRICE_PARAMETERS, raw, new Date());
      const result = await prices.reprice({
        since: new Date(String(asked["since"])),
        until: new Date(String(asked["until"])),
        model: textOf(asked["model"]),
        apply: !dry_run,
      });
      return sendTable(reply, repriceTable(result, { ...asked, dry_run }), format);
    },
  );
}

type Asked = Readonly<Record<string, string | number | null>>;

function listTable(prices: PriceSource, asked: Asked, now: Date): Table {
  const at = textOf(asked["at"]);
  const currency = textOf(asked["currency"]) ?? "USD";
  const listed = prices.list({
    provider: textOf(asked["provider"]),
    model: textOf(asked["model"]),
    atUnixMs: at === undefined ? undefined : Date.parse(at),
    currency,
    nowUnixMs: now.getTime(),
  });
  if (listed === undefined) {
    throw new PhasewiseError(
      "PARAMETER_INVALID",
      `currency: expected USD or a currency with a rate in the price file at that time, got "${currency.slice(0, 20)}".`,
    );
  }
  const file = prices.file();
  const amount = (name: string, meaning: string): Column => column(name, "DECIMAL", meaning, currency);
  return {
    report: "prices",
    parameters: { ...asked, price_file: file?.path ?? null, price_file_problem: file?.problem ?? null },
    columns: [
      column("source", "VARCHAR", "Whose price it is: the price file's (user), our list's, or genai-prices'."),
      column("provider", "VARCHAR", "Who bills."),
      column("model", "VARCHAR", "Name of the model; * stands for all of the provider's."),
      column("tier", "VARCHAR", "standard, fast, long, or what the call has to be for the price to hold."),
      column("valid_from", "DATE", "First day (UTC); NULL for always."),
      column("valid_until", "DATE", "The day (UTC) on which it no longer holds; NULL for good."),
      amount("input_price", "A million uncached input tokens."),
      amount("output_price", "A million output tokens."),
      amount("cache_read_price", "A million tokens read from the cache."),
      amount("cache_write_5m_price", "A million tokens written to the cache for 5 minutes."),
      amount("cache_write_1h_price", "A million tokens written to the cache for 1 hour."),
      amount("web_search_price", "One web search."),
      column("price_id", "VARCHAR", "What calls keep of it (model_calls.price_id), without the marks of the call."),
    ],
    rows: listed.map((price) => ({
      source: price.source,
      provider: price.provider,
      model: price.model,
      tier: price.tier,
      valid_from: price.validFrom,
      valid_until: price.validUntil,
      input_price: decimal(price.input),
      output_price: decimal(price.output),
      cache_read_price: decimal(price.cacheRead),
      cache_write_5m_price: decimal(price.cacheWrite5m),
      cache_write_1h_price: decimal(price.cacheWrite1h),
      web_search_price: decimal(price.webSearch),
      price_id: price.priceId,
    })),
    truncated: false,
  };
}

function repriceTable({ groups }: RepriceResult, parameters: Readonly<Record<string, unknown>>): Table {
  return {
    report: "reprice",
    parameters: { ...parameters },
    columns: [
      column("day", "DATE", "Day on which the calls started (UTC)."),
      column("model", "VARCHAR", "Canonical name of the model."),
      column("changed_calls", "BIGINT", "Calls whose cost, price or reason for having none is another one today."),
      column("old_cost_usd", "DECIMAL(38,12)", "What they cost before, as far as they had a price."),
      column("new_cost_usd", "DECIMAL(38,12)", "What they cost by today's prices, as far as there is one."),
      column("difference_usd", "DECIMAL(38,12)", "New less old."),
      column("unpriced_before_calls", "BIGINT", "Those that had no price."),
      column("unpriced_after_calls", "BIGINT", "Those that have none today."),
    ],
    rows: groups.map(repriceRow),
    truncated: false,
  };
}

function repriceRow(group: RepriceGroup): Record<string, unknown> {
  return {
    day: group.day,
    model: group.model ?? null,
    changed_calls: group.calls,
    old_cost_usd: usd(group.oldCostPicoUsd),
    new_cost_usd: usd(group.newCostPicoUsd),
    difference_usd: usd(group.newCostPicoUsd - group.oldCostPicoUsd),
    unpriced_before_calls: group.unpricedBefore,
    unpriced_after_calls: group.unpricedAfter,
  };
}

function column(name: string, type: string, comment: string, unit: string | null = unitOf(name)): Column {
  return { name, type, unit, comment };
}

function decimal(text: string | null): Decimal | null {
  return text === null ? null : new Decimal(text);
}

/** Whole 1e-12 USD as USD, every digit kept. */
function usd(picoUsd: bigint): Decimal {
  const digits = (picoUsd < 0n ? -picoUsd : picoUsd).toString().padStart(13, "0");
  const fraction = digits.slice(-12).replace(/0+$/, "");
  return new Decimal(`${picoUsd < 0n ? "-" : ""}${digits.slice(0, -12)}${fraction === "" ? "" : `.${fraction}`}`);
}

function textOf(value: string | number | null | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
