/**
 * Prices stored calls again. In batches, each one transaction in a turn of its own, so that loads go on in between. A run
 * that ends half-way is finished by the next one: what has today's price already is not touched again.
 */
import {
  type DuckDBConnection,
  DuckDBDecimalValue,
  type DuckDBValue,
  LIST,
  VARCHAR,
  listValue,
} from "@duckdb/node-api";
import type { CallPrice, PriceableCall, PriceCall } from "../../normalise/settlement.ts";
import type { RepriceGroup, RepriceRequest, RepriceResult } from "../store.ts";
import { inTransaction } from "./instance.ts";

/** What repricing needs of the store. */
export interface RepriceParts {
  readonly writer: DuckDBConnection;
  /** Runs work on the writer's connection when nobody else uses it. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** The ledger was changed behind the loader's back: it must read again what it knows of calls. */
  readonly forget: () => void;
}

/** Most calls of one transaction, unless the request says otherwise. */
const BATCH_CALLS = 20_000;
const PICO_DIGITS = 12;

interface StoredCall {
  readonly callKey: string;
  readonly startedUs: bigint;
  readonly model: string | undefined;
  readonly facts: PriceableCall;
  readonly price: CallPrice;
}

interface ChangedCall extends StoredCall {
  readonly newPrice: CallPrice;
}

interface Cursor {
  readonly startedUs: bigint;
  readonly callKey: string;
}

/** Compares every stored call of the window with its price of today and, if asked to, writes that down. */
export async function repriceCalls(
  parts: RepriceParts,
  request: RepriceRequest,
  price: PriceCall,
): Promise<RepriceResult> {
  const groups = new Map<string, RepriceGroup>();
  const repricedUs = BigInt(Date.now()) * 1000n;
  let cursor: Cursor = { startedUs: BigInt(request.since.getTime()) * 1000n, callKey: "" };
  const batchCalls = request.batchCalls ?? BATCH_CALLS;
  let seen = 0;
  let changed = 0;
  for (;;) {
    const from = cursor;
    const { calls, changes } = await parts.inTurn(async () => {
      const calls = await readCalls(parts.writer, request, from);
      const changes = calls.flatMap((call): readonly ChangedCall[] => {
        const newPrice = price(call.facts);
        return samePrice(call.price, newPrice) ? [] : [{ ...call, newPrice }];
      });
      if (request.apply && changes.length > 0) {
        await inTransaction(parts.writer, () => writeChanges(parts.writer, changes, repricedUs));
        parts.forget();
      }
      return { calls, changes };
    });
    seen += calls.length;
    changed += changes.length;
    for (const change of changes) addTo(groups, change);
    const last = calls.at(-1);
    if (last === undefined || calls.length < batchCalls) break;
    cursor = last;
  }
  return { seen, changed, groups: [...groups.values()].sort(byDayAndModel) };
}

const COLUMNS = [
  "call_key",
  "epoch_us(started_at) as started_us",
  "start_unix_nano",
  "provider",
  "request_model",
  "response_model",
  "model",
  "status",
  "scope",
  "uncached_input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "cache_write_unknown_tokens",
  "output_tokens",
  "web_search_requests",
  "service_tier",
  "speed",
  "inference_geo",
  "cost_usd",
  "price_id",
  "unpriced_reason",
];

async function readCalls(
  connection: DuckDBConnection,
  { until, model, batchCalls = BATCH_CALLS }: RepriceRequest,
  { startedUs, callKey }: Cursor,
): Promise<readonly StoredCall[]> {
  const after = `make_timestamp(${startedUs})`;
  const rows = await connection.runAndReadAll(
    `select ${COLUMNS.join(", ")} from call_ledger
     where started_at >= ${after} and (started_at > ${after} or call_key > $call_key)
       and started_at < make_timestamp(${BigInt(until.getTime()) * 1000n})
       and ($model is null or model = $model)
     order by started_at, call_key limit ${batchCalls}`,
    { call_key: callKey, model: model ?? null },
    { call_key: VARCHAR, model: VARCHAR },
  );
  // Column by column: a tenth of what an object for each row takes.
  const columns = rows.getColumnsObject();
  return Array.from({ length: rows.currentRowCount }, (_, at) => storedCall((name) => columns[name]?.[at]));
}

function storedCall(cell: (name: string) => DuckDBValue | undefined): StoredCall {
  const cost = cell("cost_usd");
  return {
    callKey: text(cell("call_key")) ?? "",
    startedUs: cell("started_us") as bigint,
    model: text(cell("model")),
    facts: {
      provider: text(cell("provider")),
      requestModel: text(cell("request_model")),
      responseModel: text(cell("response_model")),
      startedUnixNano: cell("start_unix_nano") as bigint,
      status: (text(cell("status")) ?? "ok") as PriceableCall["status"],
      scope: (text(cell("scope")) ?? "call") as PriceableCall["scope"],
      tokens: {
        uncachedInputTokens: count(cell("uncached_input_tokens")),
        cacheReadTokens: count(cell("cache_read_tokens")),
        cacheWrite5mTokens: count(cell("cache_write_5m_tokens")),
        cacheWrite1hTokens: count(cell("cache_write_1h_tokens")),
        cacheWriteUnknownTokens: count(cell("cache_write_unknown_tokens")),
        outputTokens: count(cell("output_tokens")),
      },
      webSearchRequests: count(cell("web_search_requests")),
      serviceTier: text(cell("service_tier")),
      speed: text(cell("speed")),
      inferenceGeo: text(cell("inference_geo")),
    },
    price: {
      costPicoUsd: cost instanceof DuckDBDecimalValue ? cost.value : undefined,
      priceId: text(cell("price_id")),
      unpricedReason: text(cell("unpriced_reason")),
    },
  };
}

/** History first, so that it takes the old price from the row itself. */
async function writeChanges(
  connection: DuckDBConnection,
  changes: readonly ChangedCall[],
  repricedUs: bigint,
): Promise<void> {
  const { from, to } = rangeOf(changes);
  const theCalls = `call_ledger.call_key = c.change_key
      and call_ledger.started_at between make_timestamp(${from}) and make_timestamp(${to})`;
  const texts = LIST(VARCHAR);
  await connection.run(
    `create or replace temp table repriced_calls (change_key varchar, new_cost_usd decimal(18, ${PICO_DIGITS}),
       new_price_id varchar, new_unpriced_reason varchar)`,
  );
  await connection.run(
    "insert into temp.main.repriced_calls select unnest($keys), unnest($costs), unnest($price_ids), unnest($reasons)",
    {
      keys: listValue(changes.map((change) => change.callKey)),
      costs: listValue(changes.map(({ newPrice }) => usdText(newPrice.costPicoUsd))),
      price_ids: listValue(changes.map(({ newPrice }) => newPrice.priceId ?? null)),
      reasons: listValue(changes.map(({ newPrice }) => newPrice.unpricedReason ?? null)),
    },
    { keys: texts, costs: texts, price_ids: texts, reasons: texts },
  );
  await connection.run(
    `insert into call_price_history
     select call_key, make_timestamp(${repricedUs}), started_at, provider, model,
       cost_usd, price_id, unpriced_reason, c.new_cost_usd, c.new_price_id, c.new_unpriced_reason
     from call_ledger join temp.main.repriced_calls c on ${theCalls}`,
  );
  await connection.run(
    `update call_ledger set cost_usd = c.new_cost_usd, price_id = c.new_price_id, unpriced_reason = c.new_unpriced_reason
     from temp.main.repriced_calls c where ${theCalls}`,
  );
  await connection.run("drop table temp.main.repriced_calls");
}

function rangeOf(changes: readonly StoredCall[]): { readonly from: bigint; readonly to: bigint } {
  // Read in the order of time.
  return { from: changes[0]?.startedUs ?? 0n, to: changes.at(-1)?.startedUs ?? 0n };
}

function samePrice(one: CallPrice, other: CallPrice): boolean {
  return (
    one.costPicoUsd === other.costPicoUsd &&
    one.priceId === other.priceId &&
    one.unpricedReason === other.unpricedReason
  );
}

function addTo(groups: Map<string, RepriceGroup>, { startedUs, model, price, newPrice }: ChangedCall): void {
  const day = new Date(Number(startedUs / 1000n)).toISOString().slice(0, 10);
  const key = JSON.stringify([day, model]);
  const before = groups.get(key);
  groups.set(key, {
    day,
    model,
    calls: (before?.calls ?? 0) + 1,
    oldCostPicoUsd: (before?.oldCostPicoUsd ?? 0n) + (price.costPicoUsd ?? 0n),
    newCostPicoUsd: (before?.newCostPicoUsd ?? 0n) + (newPrice.costPicoUsd ?? 0n),
    unpricedBefore: (before?.unpricedBefore ?? 0) + (price.unpricedReason === undefined ? 0 : 1),
    unpricedAfter: (before?.unpricedAfter ?? 0) + (newPrice.unpricedReason === undefined ? 0 : 1),
  });
}

function byDayAndModel(one: RepriceGroup, other: RepriceGroup): number {
  const [left, right] = [`${one.day} ${one.model ?? ""}`, `${other.day} ${other.model ?? ""}`];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function usdText(picoUsd: bigint | undefined): string | null {
  if (picoUsd === undefined) return null;
  const digits = picoUsd.toString().padStart(PICO_DIGITS + 1, "0");
  return `${digits.slice(0, -PICO_DIGITS)}.${digits.slice(-PICO_DIGITS)}`;
}

function text(value: DuckDBValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function count(value: DuckDBValue | undefined): number | undefined {
  return typeof value === "bigint" ? Number(value) : undefined;
}
