import type { Sequence } from "../journal/entry.ts";
import type { Batch } from "../normalise/records.ts";
import type { PriceCall, Settle } from "../normalise/settlement.ts";

/** A value as readers get it: integers as bigint or number, decimals as exact text in `Decimal`, times as ISO 8601 UTC. */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Decimal
  | readonly Value[]
  | { readonly [key: string]: Value };

/** An exact decimal number, e.g. `0.006915`; no trailing zeros after the point. */
export class Decimal {
  readonly decimal: string;
  /** Nothing that a query builds has this mark, whatever the names of its fields. */
  readonly #exact = true;

  constructor(decimal: string) {
    this.decimal = decimal;
  }

  /** Whether a value is one of these. */
  static is(value: unknown): value is Decimal {
    return typeof value === "object" && value !== null && #exact in value && value.#exact;
  }
}

export interface ResultColumn {
  readonly name: string;
  /** The engine's name of the type, e.g. `VARCHAR`, `BIGINT`, `DECIMAL(38,12)`. */
  readonly type: string;
}

export interface QueryResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Value[])[];
  /** True when `maxRows` cut the result. */
  readonly truncated: boolean;
}

export interface QueryOptions {
  /** Named parameters, `$name` in the text. */
  readonly parameters?: Readonly<Record<string, string | number | boolean | Date | null>>;
  /** The query is interrupted after this many milliseconds. */
  readonly timeoutMs: number;
  /** Rows beyond this are not fetched. */
  readonly maxRows: number;
}

export interface LoadResult {
  /** Items that were new, by table. */
  readonly spans: number;
  readonly logs: number;
  readonly metricPoints: number;
  /** Items that were there already, delivered again. */
  readonly duplicates: number;
}

/** Which stored calls are priced again. */
export interface RepriceRequest {
  /** Calls that started from here (inclusive) ... */
  readonly since: Date;
  /** ... to here (exclusive). */
  readonly until: Date;
  /** Only this model (canonical name). */
  readonly model?: string | undefined;
  /** False: only say what would change. */
  readonly apply: boolean;
  /** Most calls of one transaction; loads wait for as long as one takes. */
  readonly batchCalls?: number | undefined;
}

/** Calls of one model and day (UTC) whose price is another one today. */
export interface RepriceGroup {
  readonly day: string;
  readonly model: string | undefined;
  readonly calls: number;
  /** Sums over those calls that had, and have, a price. */
  readonly oldCostPicoUsd: bigint;
  readonly newCostPicoUsd: bigint;
  /** How many of them had, and have, none. */
  readonly unpricedBefore: number;
  readonly unpricedAfter: number;
}

export interface RepriceResult {
  /** Calls that were looked at. */
  readonly seen: number;
  /** Calls whose cost, price or reason differs. */
  readonly changed: number;
  /** By day, then model. */
  readonly groups: readonly RepriceGroup[];
}

/** What an engine can do beyond the minimum; the empty value means "runs every test of the suite". */
export interface Capabilities {
  /** Tests of the conformance suite that the engine is excused from, each with the reason. */
  readonly excused: Readonly<Record<string, string>>;
}

/**
 * A storage engine. One `load` at a time; any number of `query` beside it.
 *
 * Promises: `load` is all or nothing and exactly once (a batch whose `upTo` is not above `loadedUpTo()` changes nothing);
 * after it resolves, every query sees it; after a crash the store opens at the last load that resolved, or one later.
 * Items that are delivered again count once. Readers never see a half load.
 */
export interface Store {
  readonly engine: string;
  readonly capabilities: Capabilities;
  /** The journal position that the data covers. */
  loadedUpTo(): Sequence;
  /** Writes the batch, settles what it touches, and records that everything up to `upTo` is in. */
  load(batch: Batch, upTo: Sequence, settle: Settle): Promise<LoadResult>;
  /**
   * Prices stored calls again. What was is kept in `call_price_history`. Runs between loads, in batches that are each all
   * or nothing; a run that was cut short is finished by another one, since what has today's price is left alone.
   */
  reprice(request: RepriceRequest, price: PriceCall): Promise<RepriceResult>;
  /** Runs text of our own (views, reports). */
  query(sql: string, options: QueryOptions): Promise<QueryResult>;
  /** Runs foreign text: one read-only statement that can touch nothing but the views and tables. */
  queryForeign(sql: string, options: QueryOptions): Promise<QueryResult>;
  /** Applies functions and views. Called once at start. */
  applyViews(statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
