/** What a load process is told, and what it says. */
import type { TrafficOptions } from "../traffic/traffic.ts";

/** What to send. Always to 127.0.0.1, always bounded in time. */
export interface LoadOptions {
  readonly traffic: TrafficOptions;
  readonly port: number;
  readonly senders: number;
  /** The load stops by itself after so long; a request under way is still finished. */
  readonly seconds: number;
  /** Bodies are compressed with gzip, before the load begins as far as memory allows. */
  readonly gzip: boolean;
  /** Items a second over all senders; 0 for as many as are taken. */
  readonly rate: number;
  /** Makes ids that differ from those of other loads of the same seed, 0 to 65,535. */
  readonly series: number;
  /** A request that gets no 200 is sent again until it gets one, for so long after the end. */
  readonly retrySeconds: number;
}

/** Counts so far. */
export interface LoadCounts {
  readonly acknowledgedItems: number;
  readonly acknowledgedRequests: number;
  readonly sentBytes: number;
  /** Answers by status; `broken` counts requests without a whole answer. */
  readonly answers: Readonly<Record<string, number>>;
}

/** How a load went. */
export interface LoadResult extends LoadCounts {
  /** Bodies acknowledged, by sender. */
  readonly progress: readonly (readonly [sender: number, bodies: number])[];
  /** Begin of every story, in milliseconds since 1970. */
  readonly beginUnixMs: number;
  /** From "go" to the last answer. */
  readonly wallMs: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number; readonly mean: number };
  /** Largest gap between two answers of all senders together: a stall of the receiver. */
  readonly longestSilenceMs: number;
  /** Answers that were neither 200 nor retryable, or 200 with fewer items taken than sent; each a fault. */
  readonly faults: readonly string[];
  /** Requests given up: not acknowledged when the time for retries was over. */
  readonly abandoned: number;
  /** CPU time of the load process itself. */
  readonly cpuMs: number;
  /** Share of the bodies that were compressed before the load began; 1 without gzip. */
  readonly preparedRatio: number;
}

/** From the load process. */
export type FromLoad =
  | { readonly type: "ready" }
  | { readonly type: "counts"; readonly counts: LoadCounts }
  | { readonly type: "done"; readonly result: LoadResult }
  | { readonly type: "failed"; readonly message: string };

/** To the load process. */
export type ToLoad =
  | { readonly type: "prepare"; readonly options: LoadOptions }
  | { readonly type: "go" }
  | { readonly type: "stop" };
