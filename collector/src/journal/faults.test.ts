/** The k-th call of the file system goes wrong, for every k: no entry is acknowledged that is not there afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Journal, openJournal } from "./journal.ts";
import { openJournalReader } from "./reader.ts";
import { entryOf } from "./test-support/entries.ts";
import { type Fault, faultyFiles } from "./test-support/faulty-files.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "phasewise-faults-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const OPTIONS = { segmentBytes: 3000, maxPendingBytes: 1_000_000_000 };
const ENTRY_BYTES = 400;
const HANG_MS = 5000;

/** Rejects when a promise takes so long that it must be taken for one that never ends. */
async function inTime<Result>(promise: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it hangs")), HANG_MS);
  });
  return await Promise.race([promise, hang]).finally(() => clearTimeout(timer));
}

interface Outcome {
  /** Number of the entry by its sequence. */
  readonly acknowledged: Map<bigint, number>;
  readonly refused: number;
}

/** Groups of one to three entries, one after the other. */
async function appendGroups(journal: Journal, groups: number): Promise<Outcome> {
  const acknowledged = new Map<bigint, number>();
  let number = 0;
  let refused = 0;
  for (let group = 0; group < groups; group++) {
    const numbers = Array.from({ length: 1 + (group % 3) }, () => number++);
    const settled = await inTime(Promise.allSettled(numbers.map((n) => journal.append(entryOf(n, ENTRY_BYTES)))));
    settled.forEach((result, index) => {
      if (result.status === "rejected") {
        expect(result.reason).toMatchObject({ code: "JOURNAL_WRITE_FAILED", retryable: true });
        refused++;
      } else {
        expect(acknowledged.has(result.value)).toBe(false);
        acknowledged.set(result.value, numbers[index] ?? -1);
      }
    });
  }
  return { acknowledged, refused };
}

/** What a new process finds: every acknowledged entry must be there, with its own body. */
async function expectAll(acknowledged: ReadonlyMap<bigint, number>): Promise<void> {
  const again = await inTime(openJournal({ ...OPTIONS, folder }));
  const reader = await openJournalReader(folder);
  const entries = await inTime(reader.read(0n, again.head(), 1_000_000_000));
  const found = new Map(entries.map((entry) => [entry.sequence, Buffer.from(entry.body).readUInt32BE(0)]));
  for (const [sequence, number] of acknowledged) expect(found.get(sequence)).toBe(number);
  // Writing goes on, above everything that was given out.
  const next = await inTime(again.append(entryOf(9999, ENTRY_BYTES)));
  for (const sequence of acknowledged.keys()) expect(next).toBeGreaterThan(sequence);
  await reader.close();
  await again.close();
}

const FAULTS: readonly Fault[] = ["EIO", "ENOSPC", "short write", "written, then EIO"];

test.each(FAULTS)(
  "%s at the k-th call, for k from 1 to 100: nothing acknowledged is lost to a power cut, and nothing hangs",
  async (fault) => {
    let refusedRuns = 0;
    for (let k = 1; k <= 100; k++) {
      const files = faultyFiles(k, fault);
      const journal = await openJournal({ ...OPTIONS, folder, files });
      const { acknowledged, refused } = await appendGroups(journal, 90);
      expect(files.calls()).toBeGreaterThanOrEqual(100);
      if (refused > 0) refusedRuns++;
      // One fault costs one group at most.
      expect(refused).toBeLessThanOrEqual(3);
      expect(acknowledged.size + refused).toBe(180);
      // The process dies here: nothing is closed, and what was not synced is gone.
      await files.cutPower();
      await expectAll(acknowledged);
      await inTime(journal.close().catch(() => undefined));
      await rm(folder, { recursive: true });
    }
    expect(refusedRuns > 0).toBe(fault !== "short write");
  },
  120_000,
);

test.each(["EIO", "ENOSPC", "written, then EIO"] as const)(
  "a disk that fails from the k-th call on (%s) refuses everything from then on and loses nothing from before",
  async (fault) => {
    for (const k of [1, 2, 3, 4, 5, 6, 10, 20, 37, 60, 99]) {
      const files = faultyFiles(k, fault, true);
      const journal = await openJournal({ ...OPTIONS, folder, files });
      const { acknowledged, refused } = await appendGroups(journal, 60);
      expect(refused).toBeGreaterThan(0);
      await inTime(journal.close().catch(() => undefined));
      await files.cutPower();
      await expectAll(acknowledged);
      await rm(folder, { recursive: true });
    }
  },
  60_000,
);
