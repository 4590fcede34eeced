import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JournalEntry, Sequence } from "./journal/entry.ts";
import type { JournalReader } from "./journal/reader.ts";
import { openLoadAttempts } from "./load-attempt.ts";
import { Loader } from "./loader.ts";
import type { Batch } from "./normalise/records.ts";
import { createCounters } from "./self-metrics.ts";
import type { Store } from "./store/store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "loader-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const TEXT = new TextEncoder();
const DEAD_PID = 77;

function entry(sequence: Sequence, body = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}`): JournalEntry {
  return { sequence, signal: "logs", encoding: "json", receivedUnixNano: 0n, sender: "test", body: TEXT.encode(body) };
}

/** A store that only remembers how it was loaded; what `refuse` says it throws. */
function recordingStore(refuse: (batch: Batch) => Error | undefined = () => undefined) {
  let loaded = 0n;
  const loads: string[] = [];
  const store = {
    loadedUpTo: () => loaded,
    load: async (batch: Batch, upTo: Sequence) => {
      const error = refuse(batch);
      if (error !== undefined) throw error;
      loads.push(`${batch.logs.length} up to ${upTo}`);
      loaded = upTo;
      return { spans: 0, logs: batch.logs.length, metricPoints: 0, duplicates: 0 };
    },
  } as unknown as Store;
  return { store, loads };
}

function readerOf(entries: readonly JournalEntry[], during: () => void = () => {}): JournalReader {
  return {
    read: async (after, upTo) => {
      during();
      return entries.filter(({ sequence }) => sequence > after && sequence <= upTo);
    },
    close: async () => {},
  };
}

function startLoader(
  store: Store,
  reader: JournalReader,
): { readonly loader: Loader; readonly counters: ReturnType<typeof createCounters> } {
  const counters = createCounters();
  const loader = new Loader({
    store,
    reader,
    settle: () => ({ spans: [], calls: [], evidence: new Map() }),
    intervalMs: 1,
    maxBytes: 1_000_000,
    attempts: openLoadAttempts(join(folder, "loading.json"), store.loadedUpTo(), DEAD_PID),
    quarantineFolder: join(folder, "quarantine"),
    counters,
    log: pino({ level: "silent" }),
    onLoaded: () => {},
  });
  return { loader, counters };
}

describe("the loader", () => {
  test("what has gathered is one load", async () => {
    const { store, loads } = recordingStore();
    const { loader } = startLoader(store, readerOf([entry(1n), entry(2n), entry(3n)]));

    await loader.drain(3n);
    await loader.stop();

    expect(loads).toEqual(["3 up to 3"]);
  });

  test("one entry that the store refuses is put aside, and the others go in", async () => {
    const isBad = (batch: Batch): boolean => batch.logs.some(({ log }) => log.body === "bad");
    const { store, loads } = recordingStore((batch) => (isBad(batch) ? new Error("constraint") : undefined));
    const bad = entry(2n, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"bad"}}]}]}]}`);
    const { loader, counters } = startLoader(store, readerOf([entry(1n), bad, entry(3n), entry(4n)]));

    await loader.drain(4n);
    await loader.stop();

    expect(loads).toEqual(["1 up to 1", "0 up to 2", "2 up to 4"]);
    expect(readdirSync(join(folder, "quarantine"))).toEqual(["2.logs.json"]);
    expect(counters.snapshot()).toMatchObject({ entries_quarantined: 1, entries_loaded: 3 });
  });

  test("after a process that died in a load the entries go in one by one", async () => {
    openLoadAttempts(join(folder, "loading.json"), 0n, DEAD_PID, DEAD_PID).begin([entry(1n), entry(2n)]);
    const { store, loads } = recordingStore();
    const { loader } = startLoader(store, readerOf([entry(1n), entry(2n), entry(3n), entry(4n)]));

    await loader.drain(4n);
    await loader.stop();

    expect(loads).toEqual(["1 up to 1", "1 up to 2", "2 up to 4"]);
  });

  test("an entry at which the process died three times is put aside unread", async () => {
    for (let death = 0; death < 3; death++) {
      openLoadAttempts(join(folder, "loading.json"), 0n, DEAD_PID, DEAD_PID).begin([entry(1n)]);
    }
    const { store, loads } = recordingStore();
    const { loader } = startLoader(store, readerOf([entry(1n), entry(2n)]));

    await loader.drain(2n);
    await loader.stop();

    expect(loads).toEqual(["0 up to 1", "1 up to 2"]);
    expect(existsSync(join(folder, "quarantine", "1.logs.json"))).toBe(true);
  });

  test("what arrives while nothing readable is found is not passed over", async () => {
    const { store, loads } = recordingStore();
    const reader = readerOf([entry(2n)], () => loader.advance(2n));
    const { loader } = startLoader(store, reader);

    loader.advance(1n);
    await expect.poll(() => store.loadedUpTo()).toBe(2n);
    await loader.stop();

    expect(loads).toEqual(["0 up to 1", "1 up to 2"]);
  });
});
