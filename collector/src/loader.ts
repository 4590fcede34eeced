/** Carries the journal into the store, in order, exactly once, as large transactions. Runs in the store process. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { isPhasewiseError } from "./errors.ts";
import { load } from "./ingest.ts";
import type { JournalEntry, Sequence } from "./journal/entry.ts";
import type { JournalReader } from "./journal/reader.ts";
import { type LoadAttempts, MOST_DEATHS } from "./load-attempt.ts";
import type { Settle } from "./normalise/settlement.ts";
import type { Counters } from "./self-metrics.ts";
import type { Store } from "./store/store.ts";

/** What the loader needs. */
export interface LoaderOptions {
  readonly store: Store;
  readonly reader: JournalReader;
  /** The rules by which calls are told and priced. */
  readonly settle: Settle;
  /** New telemetry gathers for this long before a load, so that transactions are large. */
  readonly intervalMs: number;
  readonly maxBytes: number;
  /** What the process before this one died of, and what this one is at. */
  readonly attempts: LoadAttempts;
  /** Entries that cannot be loaded are put aside here. */
  readonly quarantineFolder: string;
  readonly counters: Counters;
  readonly log: Logger;
  readonly onLoaded: (loaded: Sequence) => void;
}

const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 5_000;

/** A running loader. It starts where the store stands. */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #waiters = new Set<{ readonly upTo: Sequence; readonly done: () => void }>();
  readonly #running: Promise<void>;
  #head: Sequence;
  #isStopping = false;
  /** Someone waits: do not gather, load. */
  #isHurried = false;
  #wake: () => void = () => {};

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#head = options.store.loadedUpTo();
    this.#running = this.#loop();
    this.#running.catch((error: unknown) => {
      options.log.fatal({ err: error }, "the loader stopped");
      process.exit(1);
    });
  }

  /** The journal has grown to here. */
  advance(head: Sequence): void {
    if (head > this.#head) this.#head = head;
    this.#wake();
  }

  /** Resolves when everything up to `head` is loaded. */
  async drain(head: Sequence): Promise<void> {
    this.#isHurried = true;
    this.advance(head);
    if (this.#options.store.loadedUpTo() >= head) return;
    await new Promise<void>((done) => this.#waiters.add({ upTo: head, done }));
  }

  /** Finishes the load that runs and stops. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wake();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { store, reader, intervalMs, maxBytes } = this.#options;
    while (!this.#isStopping) {
      if (store.loadedUpTo() >= this.#head) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        if (!this.#isHurried && !this.#isStopping) await sleep(intervalMs);
        continue;
      }
      // What arrives while the reader reads was not looked for, so it must not be passed over.
      const upTo = this.#head;
      const entries = await reader.read(store.loadedUpTo(), upTo, maxBytes);
      // The reader has reported what is damaged; nothing readable is left up to here.
      if (entries.length === 0) await this.#passOver(upTo);
      else await this.#loadAll(entries);
      this.#tell();
    }
  }

  /** Entries among which the last process died are loaded one by one, so that the one that kills is found. */
  async #loadAll(entries: readonly JournalEntry[]): Promise<void> {
    const { dead } = this.#options.attempts;
    const [first] = entries;
    if (dead === undefined || first === undefined || first.sequence > dead.last)
      return await this.#loadOrSplit(entries);
    const one = entries.slice(0, 1);
    if (dead.first === dead.last && dead.first === first.sequence && dead.deaths >= MOST_DEATHS) {
      await this.#quarantine(
        first,
        new Error(`the store process died ${dead.deaths} times while it loaded this entry`),
      );
    } else await this.#loadOrSplit(one);
  }

  #tell(): void {
    const loaded = this.#options.store.loadedUpTo();
    this.#options.onLoaded(loaded);
    for (const waiter of this.#waiters) {
      if (loaded < waiter.upTo) continue;
      this.#waiters.delete(waiter);
      waiter.done();
    }
  }

  /** A load that fails is tried in halves, so that one bad entry is found and put aside and the others go in. */
  async #loadOrSplit(entries: readonly JournalEntry[]): Promise<void> {
    const { store, counters, log, attempts, settle } = this.#options;
    let rest = entries;
    for (let wait = RETRY_FIRST_MS; rest.length > 0 && !this.#isStopping;) {
      try {
        attempts.begin(rest);
        const startedMs = performance.now();
        const result = await load(rest, store, settle);
        log.debug({ ...result, tookMs: Math.round(performance.now() - startedMs) }, "loaded");
        rest = rest.slice(result.entries);
        counters.add("entries_loaded", result.entries);
        counters.add("items_loaded", result.spans + result.logs + result.metricPoints);
        counters.add("items_duplicate", result.duplicates);
      } catch (error) {
        counters.add("loads_failed");
        if (!isPassing(error)) return await this.#split(rest, error);
        log.warn({ err: error, retryInMs: wait }, "load failed; trying again");
        await sleep(wait);
        wait = Math.min(wait * 2, RETRY_LAST_MS);
      }
    }
  }

  async #split(entries: readonly JournalEntry[], error: unknown): Promise<void> {
    const [first] = entries;
    if (entries.length === 1 && first !== undefined) return await this.#quarantine(first, error);
    const middle = Math.ceil(entries.length / 2);
    await this.#loadOrSplit(entries.slice(0, middle));
    await this.#loadOrSplit(entries.slice(middle));
  }

  async #quarantine(entry: JournalEntry, error: unknown): Promise<void> {
    const { quarantineFolder, counters, log } = this.#options;
    await mkdir(quarantineFolder, { recursive: true });
    const extension = entry.encoding === "json" ? "json" : "pb";
    const file = join(quarantineFolder, `${entry.sequence}.${entry.signal}.${extension}`);
    await writeFile(file, entry.body);
    counters.add("entries_quarantined");
    log.error({ err: error, sequence: String(entry.sequence), file }, "an entry cannot be loaded; it is put aside");
    await this.#passOver(entry.sequence);
  }

  /** Records that everything up to here is dealt with, and nothing else. */
  async #passOver(upTo: Sequence): Promise<void> {
    await this.#options.store.load({ spans: [], logs: [], metricPoints: [] }, upTo, this.#options.settle);
  }
}

/** Whether waiting can help: the disk is full or the engine says so itself. Bad data never gets better. */
function isPassing(error: unknown): boolean {
  if (isPhasewiseError(error)) return error.retryable;
  const text = error instanceof Error ? error.message : "";
  return /no space left|disk full|out of memory|could not write|IO Error/i.test(text);
}
