/**
 * THE pipeline, in its two halves. Taking: decode, journal, acknowledge. Loading: decode, normalise, store.
 * This is the only file that joins those stages.
 */
import { type AttributeLosses, takeAttributeLosses } from "./decode/attributes.ts";
import { decode } from "./decode/decode.ts";
import type { DecodedRequest } from "./decode/otlp.ts";
import type { JournalEntry, NewEntry, Sequence } from "./journal/entry.ts";
import { mergeBatches, normalise } from "./normalise/normalise.ts";
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

/** Loads journal entries in one transaction: all of them or none. */
export async function load(entries: readonly JournalEntry[], store: Store, settle: Settle): Promise<LoadResult> {
  const last = entries.at(-1);
  if (last === undefined) return { spans: 0, logs: 0, metricPoints: 0, duplicates: 0 };
  const batches = entries.map((entry) => normalise(decodeEntry(entry), entry.receivedUnixNano));
  return await store.load(mergeBatches(batches), last.sequence, settle);
}

function decodeEntry(entry: JournalEntry): DecodedRequest {
  return decode(entry.signal, entry.encoding, entry.body);
}
