import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Journal, openJournal } from "./journal.ts";
import { entryOf } from "./test-support/entries.ts";

const LIMIT = 100_000;
let folder: string;
let journal: Journal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "phasewise-pending-"));
  journal = await openJournal({ folder, segmentBytes: 1_000_000, maxPendingBytes: LIMIT });
  journal.released(0n);
});
afterEach(async () => {
  await journal.close();
  await rm(folder, { recursive: true, force: true });
});

/** Appends until it is refused; answers how many were taken. */
async function fill(sender: string, bytes: number): Promise<number> {
  for (let taken = 0; ; taken++) {
    try {
      await journal.append({ ...entryOf(taken, bytes), sender });
    } catch (error) {
      expect(error).toMatchObject({ code: "JOURNAL_FULL", retryable: true });
      return taken;
    }
  }
}

test("a sender that fills the journal leaves room that only others can take", async () => {
  expect(await fill("noisy", 900)).toBeGreaterThan(80);
  expect(journal.pendingBytes()).toBeLessThan(LIMIT - 5000);
  for (let index = 0; index < 5; index++) {
    await expect(journal.append({ ...entryOf(index, 900), sender: `quiet ${index}` })).resolves.toBeGreaterThan(0n);
  }
  await expect(journal.append({ ...entryOf(1, 900), sender: "noisy" })).rejects.toMatchObject({
    message: expect.stringContaining("a fair share of them for noisy") as string,
  });
});

test("what is loaded makes room for its sender again", async () => {
  const first = await fill("noisy", 900);
  journal.released(journal.head());
  expect(journal.pendingBytes()).toBe(0);
  expect(await fill("noisy", 900)).toBe(first);
});

test("since when the oldest entry waits is known, and forgotten when all is loaded", async () => {
  expect(journal.oldestPendingUnixMs()).toBeUndefined();
  const before = Date.now();
  await journal.append(entryOf(1));
  expect(journal.oldestPendingUnixMs()).toBeGreaterThanOrEqual(before);
  expect(journal.oldestPendingUnixMs()).toBeLessThanOrEqual(Date.now());
  await new Promise((resolve) => setTimeout(resolve, 150));
  await journal.append(entryOf(2));
  journal.released(1n);
  expect(journal.oldestPendingUnixMs()).toBeGreaterThanOrEqual(before + 100);
  journal.released(2n);
  expect(journal.oldestPendingUnixMs()).toBeUndefined();
});
