/** What the collector counts and measures of itself: received, refused, loaded, skipped. One registry per process. */

/** Values of counters and gauges by `name` or `name{reason}`. */
export type Snapshot = Readonly<Record<string, number>>;

/** What the two processes counted and measured. */
export interface Statuses {
  readonly front: Snapshot;
  readonly store: Snapshot;
}

/** A set of counters that only grow. */
export interface Counters {
  add(name: CounterName, amount?: number, reason?: string): void;
  snapshot(): Snapshot;
}

/** Every counter, with what it counts. */
export const COUNTERS = {
  requests_accepted: "requests that were acknowledged",
  requests_refused: "requests that were refused, by error code; CUT_OFF ended before they were whole",
  items_accepted: "spans, log records and data points that were acknowledged",
  items_rejected: "items left out of an acknowledged request, told to the sender",
  attributes_duplicate: "attribute keys that came again in one list of an acknowledged request; the last value is kept",
  attributes_dropped: "attributes of acknowledged requests that were over the limits of number or key length",
  bytes_accepted: "decompressed bytes that were acknowledged",
  entries_loaded: "journal entries that were loaded into the store",
  items_loaded: "items that were new to the store",
  items_duplicate: "items that were delivered again and counted once",
  entries_quarantined: "journal entries that could not be loaded and were put aside",
  loads_failed: "load transactions that were rolled back and tried again",
  journal_damaged: "damaged stretches found in the journal",
  store_restarts: "times the store process was started again",
} as const;

/** Every gauge, with what it measures. */
export const GAUGES = {
  in_flight_bytes: "bytes of request bodies that are being read, decompressed or made durable",
  journal_pending_bytes: "bytes in the journal that are not loaded yet",
  load_lag_entries: "journal entries that are acknowledged and not loaded yet",
  load_lag_seconds: "how long the oldest entry that is not loaded has been waiting",
  disk_free_bytes: "bytes free on the disk of the data folder",
  disk_low: "1 while telemetry is refused because the disk is nearly full, else 0",
  unpriced_calls: "model calls without a price",
} as const;

/** Name of a gauge. */
export type GaugeName = keyof typeof GAUGES;

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
