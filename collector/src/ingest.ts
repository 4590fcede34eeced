/**
 * THE pipeline, in its two halves. Taking: decode, journal, acknowledge. Loading: decode, normalise, store.
 * This is the only file that joins those stages.
 */
import { type AttributeLosses, takeAttributeLosses } from "./decode/attributes.ts";
import { decode } from "./decode/decode.ts";
import type { JournalEntry, NewEntry, Sequence } from "./journal/entry.ts";
import { mergeBatches, normalise } from "./normalise/normalise.ts";
import type { Batch } from "./normalise/records.ts";
import type { Settle } from "./normalise/settlement.ts";
import type { LoadResult, Store } from "./store/store.ts";

/** What the sender is told of a request that was taken. */
export interface Taken {
  readonly accepted: number;
  readonly rejected: number;
  readonly reasons: readonly string[];
  /** What its lists of attributes lost, for our own counters. */
  readonly losses: AttributeLosses;
}

/** Checks a body and makes it durable. Resolves after fsync, so that a 200 means "on disk". */
export async function take(entry: NewEntry, append: (entry: NewEntry) => Promise<Sequence>): Promise<Taken> {
  // What a request left behind that could not be decoded.
  takeAttributeLosses();
  const request = decode(entry.signal, entry.encoding, entry.body);
  const losses = takeAttributeLosses();
  if (request.accepted > 0) await append(entry);
  return { accepted: request.accepted, rejected: request.rejected, reasons: request.reasons, losses };
}

/** Items of one load transaction: entries of tiny items would otherwise make one that blocks for minutes. */
const MAX_ITEMS_PER_LOAD = 100_000;

/** What one load did: how many of the entries it took, from the first on. */
export interface Loaded extends LoadResult {
  readonly entries: number;
}

/** Loads journal entries in one transaction, all of them or none: as many as fit, at least one. */
export async function load(entries: readonly JournalEntry[], store: Store, settle: Settle): Promise<Loaded> {
  const batches: Batch[] = [];
  let items = 0;
  for (const entry of entries) {
    const batch = normalise(decode(entry.signal, entry.encoding, entry.body), entry.receivedUnixNano);
    items += batch.spans.length + batch.logs.length + batch.metricPoints.length;
    if (batches.length > 0 && items > MAX_ITEMS_PER_LOAD) break;
    batches.push(batch);
  }
  const last = entries[batches.length - 1];
  if (last === undefined) return { entries: 0, spans: 0, logs: 0, metricPoints: 0, duplicates: 0 };
  const result = await store.load(mergeBatches(batches), last.sequence, settle);
  return { ...result, entries: batches.length };
}
