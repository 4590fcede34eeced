/** Counters of what the collector itself did: received, refused, loaded, skipped. One registry per process. */

/** Counter values by `name` or `name{reason}`. */
export type Snapshot = Readonly<Record<string, number>>;

/** A set of counters that only grow. */
export interface Counters {
  add(name: CounterName, amount?: number, reason?: string): void;
  snapshot(): Snapshot;
}

/** Every counter, with what it counts. */
export const COUNTERS = {
  requests_accepted: "requests that were acknowledged",
  requests_refused: "requests that were refused, by error code",
  items_accepted: "spans, log records and data points that were acknowledged",
  items_rejected: "items left out of an acknowledged request, told to the sender",
  bytes_accepted: "decompressed bytes that were acknowledged",
  entries_loaded: "journal entries that were loaded into the store",
  items_loaded: "items that were new to the store",
  items_duplicate: "items that were delivered again and counted once",
  entries_quarantined: "journal entries that could not be loaded and were put aside",
  loads_failed: "load transactions that were rolled back and tried again",
  journal_damaged: "damaged stretches found in the journal",
  store_restarts: "times the store process was started again",
} as const;

/** Name of a counter. */
export type CounterName = keyof typeof COUNTERS;

/** A fresh set of counters, all absent until first counted. */
export function createCounters(): Counters {
  const values = new Map<string, number>();
  return {
    add(name, amount = 1, reason) {
      const key = reason === undefined ? name : `${name}{${reason}}`;
      values.set(key, (values.get(key) ?? 0) + amount);
    },
    snapshot: () => Object.fromEntries(values),
  };
}
