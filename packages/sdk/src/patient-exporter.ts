import { diag } from "@opentelemetry/api";
import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import { guard } from "./guard.ts";

/** What all OpenTelemetry exporters have in common. */
export interface BatchExporter<T> {
  export(items: T, done: (result: ExportResult) => void): void;
  shutdown(): Promise<void>;
}

/** An exporter that takes a batch at once and delivers it when it can, without ever keeping the process alive. */
export interface PatientExporter<T> extends BatchExporter<T> {
  /** Tries everything that waits once more, now; resolves when that has ended, well or not. */
  forceFlush(): Promise<void>;
  /** Whether the last attempt arrived; undefined before the first one has ended. */
  readonly reachable: boolean | undefined;
  /** How many items were given up since the start. */
  readonly dropped: number;
}

/** How a patient exporter is set up. */
export interface Patience<T> {
  /** Where it goes, for the one line that reports a loss. */
  readonly destination: string;
  /** How many items a batch has. */
  readonly sizeOf: (items: T) => number;
  /** Most items that wait. Beyond it the oldest batch is dropped. */
  readonly limit: number;
  /** Told when a batch is delivered or given up. */
  readonly onSettled: (items: T) => void;
}

interface Waiting<T> {
  readonly items: T;
  readonly since: number;
}

/** A batch that did not arrive for so long (milliseconds) is given up, so that none blocks the others for ever. */
const LONGEST_STAY = 300_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;

let reported = false;

function reportLoss(destination: string, error: Error | undefined): void {
  // One line for the life of the process: the reporting of OpenTelemetry itself would come with every batch.
  if (reported) return;
  reported = true;
  guard(() => diag.warn(`phasewise: telemetry could not be delivered to ${destination}; the oldest is dropped`, error));
}

/** An answer that another attempt will not change: the exporter reports those with the HTTP status as `code`. */
function isFinal(error: Error | undefined): boolean {
  return typeof (error as { code?: unknown } | undefined)?.code === "number";
}

/** The batches that wait, bounded, oldest first. */
interface Queue<T> {
  readonly first: Waiting<T> | undefined;
  readonly dropped: number;
  push(items: T): void;
  /** Takes a batch out as delivered or, with `lost`, as given up. Nothing happens when it is out already. */
  settle(batch: Waiting<T>, lost?: { error: Error | undefined }): void;
}

function createQueue<T>(patience: Patience<T>): Queue<T> {
  const batches: Waiting<T>[] = [];
  let size = 0;
  let dropped = 0;
  const settle = (batch: Waiting<T>, lost?: { error: Error | undefined }): void => {
    const index = batches.indexOf(batch);
    if (index < 0) return;
    batches.splice(index, 1);
    const items = patience.sizeOf(batch.items);
    size -= items;
    guard(() => patience.onSettled(batch.items));
    if (lost === undefined) return;
    dropped += items;
    reportLoss(patience.destination, lost.error);
  };
  return {
    get first(): Waiting<T> | undefined {
      return batches[0];
    },
    get dropped(): number {
      return dropped;
    },
    push(items: T): void {
      batches.push({ items, since: Date.now() });
      size += patience.sizeOf(items);
      for (let oldest = batches[0]; oldest && size > patience.limit && batches.length > 1; oldest = batches[0]) {
        settle(oldest, { error: undefined });
      }
    },
    settle,
  };
}

function attempt<T>(exporter: BatchExporter<T>, items: T): Promise<ExportResult> {
  return new Promise((resolve) => {
    try {
      exporter.export(items, resolve);
    } catch (error) {
      resolve({ code: ExportResultCode.FAILED, error: error as Error });
    }
  });
}

/**
 * Wraps an exporter. A batch is taken over at once, because the batch processors hold a referenced timer for as long
 * as an export lasts. What fails for a passing reason is tried again after growing waits on unreferenced timers; what
 * is refused for good, waits too long or is too much is dropped and counted.
 */
export function patientExporter<T>(inner: BatchExporter<T>, patience: Patience<T>): PatientExporter<T> {
  const queue = createQueue(patience);
  let reachable: boolean | undefined;
  let wait = FIRST_WAIT;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const pump = async (): Promise<void> => {
    for (let batch = queue.first; batch !== undefined; batch = queue.first) {
      const { code, error } = await attempt(inner, batch.items);
      const final = isFinal(error);
      reachable = code === ExportResultCode.SUCCESS || final;
      if (code === ExportResultCode.SUCCESS) queue.settle(batch);
      else if (final || Date.now() - batch.since > LONGEST_STAY) queue.settle(batch, { error });
      if (!reachable) return;
      wait = FIRST_WAIT;
    }
  };
  const start = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    running ??= pump().finally(() => {
      running = undefined;
      if (queue.first === undefined || closed) return;
      timer = setTimeout(() => void start(), wait * (0.8 + Math.random() * 0.4)).unref();
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
    return running;
  };

  const forceFlush = async (): Promise<void> => {
    await running;
    if (queue.first !== undefined) await start();
  };

  return {
    get reachable(): boolean | undefined {
      return reachable;
    },
    get dropped(): number {
      return queue.dropped;
    },
    export(items: T, done: (result: ExportResult) => void): void {
      queue.push(items);
      done({ code: ExportResultCode.SUCCESS });
      if (timer === undefined) void start();
    },
    forceFlush,
    async shutdown(): Promise<void> {
      closed = true;
      await forceFlush();
      await inner.shutdown();
    },
  };
}
