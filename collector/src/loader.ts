/** Carries the journal into the store, in order, exactly once, as large transactions. Runs in the store process. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { isPhasewiseError } from "./errors.ts";
import { load } from "./ingest.ts";
import type { JournalEntry, Sequence } from "./journal/entry.ts";
import type { JournalReader } from "./journal/reader.ts";
import { settle } from "./normalise/settle/settle.ts";
import type { Counters } from "./self-metrics.ts";
import type { Store } from "./store/store.ts";

/** What the loader needs. */
export interface LoaderOptions {
  readonly store: Store;
  readonly reader: JournalReader;
  /** New telemetry gathers for this long before a load, so that transactions are large. */
  readonly intervalMs: number;
  readonly maxBytes: number;
  /** Entries that cannot be loaded are put aside here. */
  readonly quarantineFolder: string;
  readonly counters: Counters;
  readonly log: Logger;
  readonly onLoaded: (loaded: Sequence) => void;
}

/** A running loader. */
export interface Loader {
  /** The journal has grown to here. */
  advance(head: Sequence): void;
  /** Resolves when everything up to `head` is loaded. */
  drain(head: Sequence): Promise<void>;
  /** Finishes the load that runs and stops. */
  stop(): Promise<void>;
}

const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 5_000;

/** Starts loading from where the store stands. */
export function startLoader(options: LoaderOptions): Loader {
  const { store, counters, log } = options;
  let head = store.loadedUpTo();
  let stopping = false;
  let hurry = false;
  let wake = (): void => {};
  const waiters: { readonly upTo: Sequence; readonly done: () => void }[] = [];

  async function loop(): Promise<void> {
    while (!stopping) {
      if (store.loadedUpTo() >= head) {
        await new Promise<void>((resolve) => (wake = resolve));
        if (!hurry && !stopping) await new Promise((resolve) => setTimeout(resolve, options.intervalMs));
        continue;
      }
      const before = store.loadedUpTo();
      const entries = await options.reader.read(before, head, options.maxBytes);
      if (entries.length === 0) await skipTo(head);
      else await loadOrSplit(entries);
      options.onLoaded(store.loadedUpTo());
      for (const waiter of waiters.splice(0)) {
        if (store.loadedUpTo() >= waiter.upTo) waiter.done();
        else waiters.push(waiter);
      }
    }
  }

  /** Nothing readable is left below `upTo` (the reader has reported the damage): go on behind it. */
  async function skipTo(upTo: Sequence): Promise<void> {
    log.error({ from: String(store.loadedUpTo() + 1n), to: String(upTo) }, "journal entries cannot be read; going on");
    await passOver(upTo);
  }

  /** A load that fails is tried in halves, so that one bad entry is found and put aside and the others go in. */
  async function loadOrSplit(entries: readonly JournalEntry[]): Promise<void> {
    let wait = RETRY_FIRST_MS;
    while (!stopping) {
      try {
        const result = await load(entries, store);
        counters.add("entries_loaded", entries.length);
        counters.add("items_loaded", result.spans + result.logs + result.metricPoints);
        counters.add("items_duplicate", result.duplicates);
        return;
      } catch (error) {
        counters.add("loads_failed");
        if (isPassing(error)) {
          log.warn({ err: error, retryInMs: wait }, "load failed; trying again");
          await new Promise((resolve) => setTimeout(resolve, wait));
          wait = Math.min(wait * 2, RETRY_LAST_MS);
        } else if (entries.length > 1) {
          const middle = Math.ceil(entries.length / 2);
          await loadOrSplit(entries.slice(0, middle));
          await loadOrSplit(entries.slice(middle));
          return;
        } else {
          await quarantine(entries[0] as JournalEntry, error);
          return;
        }
      }
    }
  }

  async function quarantine(entry: JournalEntry, error: unknown): Promise<void> {
    await mkdir(options.quarantineFolder, { recursive: true });
    const extension = entry.encoding === "json" ? "json" : "pb";
    const file = join(options.quarantineFolder, `${entry.sequence}.${entry.signal}.${extension}`);
    await writeFile(file, entry.body);
    counters.add("entries_quarantined");
    log.error({ err: error, sequence: String(entry.sequence), file }, "an entry cannot be loaded; it is put aside");
    await passOver(entry.sequence);
  }

  /** Records that everything up to here is dealt with, and nothing else. */
  async function passOver(upTo: Sequence): Promise<void> {
    await store.load({ spans: [], logs: [], metricPoints: [] }, upTo, settle);
  }

  const running = loop();
  running.catch((error: unknown) => {
    log.fatal({ err: error }, "the loader stopped");
    process.exit(1);
  });

  return {
    advance(newHead) {
      if (newHead > head) head = newHead;
      wake();
    },
    async drain(upTo) {
      if (upTo > head) head = upTo;
      hurry = true;
      wake();
      if (store.loadedUpTo() >= upTo) return;
      await new Promise<void>((done) => waiters.push({ upTo, done }));
    },
    async stop() {
      stopping = true;
      wake();
      await running;
    },
  };
}

/** Whether waiting can help: the disk is full or the engine says so itself. Bad data never gets better. */
function isPassing(error: unknown): boolean {
  if (isPhasewiseError(error)) return error.retryable;
  const text = error instanceof Error ? error.message : "";
  return /no space left|disk full|out of memory|could not write|IO Error/i.test(text);
}
