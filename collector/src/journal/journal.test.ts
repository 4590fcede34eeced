import { spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, stat, truncate, unlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DamageReport } from "./damage.ts";
import type { JournalEntry } from "./entry.ts";
import { type Journal, openJournal } from "./journal.ts";
import { openJournalReader } from "./reader.ts";
import { entryOf } from "./test-support/entries.ts";

let folder: string;
let opened: Journal[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "phasewise-journal-"));
});
afterEach(async () => {
  await Promise.all(opened.map((journal) => journal.close()));
  opened = [];
  await rm(folder, { recursive: true, force: true });
});

async function begin(
  options: { segmentBytes?: number; maxPendingBytes?: number; folder?: string } = {},
): Promise<Journal> {
  const journal = await openJournal({ folder, segmentBytes: 1_000_000, maxPendingBytes: 1_000_000_000, ...options });
  opened.push(journal);
  return journal;
}

async function readAll(upTo: bigint, after = 0n): Promise<{ entries: JournalEntry[]; damage: DamageReport[] }> {
  const damage: DamageReport[] = [];
  const reader = await openJournalReader(folder, (report) => damage.push(report));
  const entries: JournalEntry[] = [];
  for (;;) {
    const some = await reader.read(entries.at(-1)?.sequence ?? after, upTo, 10_000);
    if (some.length === 0) break;
    entries.push(...some);
  }
  await reader.close();
  return { entries, damage };
}

async function segments(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".journal")).sort();
}

function numbers(entries: readonly JournalEntry[]): number[] {
  return entries.map((entry) => Number(entry.sequence));
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

async function append(journal: Journal, count: number, bytes = 100): Promise<void> {
  const first = Number(journal.head()) + 1;
  for (let number = first; number < first + count; number++) {
    expect(await journal.append(entryOf(number, bytes))).toBe(BigInt(number));
  }
}

test("what was appended is read back equal, in order", async () => {
  const journal = await begin();
  await append(journal, 20);
  await journal.append({ ...entryOf(21), signal: "logs", encoding: "protobuf", sender: "", body: new Uint8Array() });
  const { entries, damage } = await readAll(21n);
  expect(damage).toStrictEqual([]);
  for (const entry of entries.slice(0, 20)) {
    const { sequence, body, ...rest } = entry;
    const { body: sent, ...expected } = entryOf(Number(sequence));
    expect(rest).toStrictEqual(expected);
    expect(Buffer.from(body).equals(sent)).toBe(true);
  }
  expect(entries[20]).toMatchObject({ sequence: 21n, signal: "logs", encoding: "protobuf", sender: "" });
});

test("a journal that is opened again goes on after its last entry", async () => {
  const journal = await begin();
  await append(journal, 3);
  await journal.close();
  const again = await begin();
  expect(again.head()).toBe(3n);
  expect(again.damage()).toStrictEqual([]);
  await append(again, 2);
  expect(numbers((await readAll(5n)).entries)).toStrictEqual([1, 2, 3, 4, 5]);
});

test("appends that arrive together share syncs", async () => {
  const journal = await begin();
  const done = await Promise.all(upTo(500).map((number) => journal.append(entryOf(number))));
  expect(done).toStrictEqual(upTo(500).map(BigInt));
  // Each of these waits for its own sync; the 500 above shared one or two.
  const alone = performance.now();
  await append(journal, 20);
  const perSync = (performance.now() - alone) / 20;
  const together = performance.now();
  await Promise.all(upTo(500).map((number) => journal.append(entryOf(number))));
  expect(performance.now() - together).toBeLessThan(Math.max(250 * perSync, 50));
});

test("segments rotate, and released ones are deleted by age, the newest never", async () => {
  const journal = await begin({ segmentBytes: 1000 });
  await append(journal, 50);
  const before = await segments();
  expect(before.length).toBeGreaterThan(5);
  expect(await journal.removeReleased(Date.now() + 1000)).toBe(0);
  journal.released(20n);
  expect(await journal.removeReleased(Date.now() - 60_000)).toBe(0);
  await utimes(join(folder, before[0] ?? ""), 1, 1);
  expect(await journal.removeReleased(Date.now() - 60_000)).toBe(1);
  await journal.removeReleased(Date.now() + 1000);
  expect(numbers((await readAll(50n, 20n)).entries)[0]).toBe(21);
  journal.released(50n);
  await journal.removeReleased(Date.now() + 1000);
  expect((await segments()).length).toBe(1);
  await journal.close();
  expect((await begin()).head()).toBe(50n);
});

test("pending bytes are bounded, and releasing makes room", async () => {
  const journal = await begin({ maxPendingBytes: 10_000 });
  await append(journal, 8, 1000);
  await expect(Promise.all(upTo(4).map(() => journal.append(entryOf(9, 1000))))).rejects.toMatchObject({
    code: "JOURNAL_FULL",
  });
  expect(journal.pendingBytes()).toBeLessThanOrEqual(10_000);
  journal.released(journal.head());
  expect(await journal.append(entryOf(10, 1000))).toBe(journal.head());
  expect(journal.pendingBytes()).toBeLessThan(3000);
});

test("after a restart, what was released does not count as pending", async () => {
  const journal = await begin({ segmentBytes: 1000 });
  await append(journal, 30);
  journal.released(30n);
  await journal.close();
  const again = await begin({ segmentBytes: 1000 });
  expect(again.pendingBytes()).toBe(0);
  // The store came back older than it was: its word counts, and the entries are still there.
  again.released(10n);
  expect(again.pendingBytes()).toBeGreaterThan(0);
  expect(await again.removeReleased(Date.now() + 1000)).toBeGreaterThan(0);
  expect(numbers((await readAll(30n, 10n)).entries)[0]).toBe(11);
});

test("a store that knows more than the journal does not see a sequence twice", async () => {
  const journal = await begin();
  await append(journal, 3);
  journal.released(10n);
  expect(await journal.append(entryOf(1))).toBe(11n);
  expect(numbers((await readAll(11n, 10n)).entries)).toStrictEqual([11]);
});

test("after close an append is refused as retryable", async () => {
  const journal = await begin();
  const last = journal.append(entryOf(1));
  await journal.close();
  expect(await last).toBe(1n);
  await expect(journal.append(entryOf(2))).rejects.toMatchObject({ code: "SHUTTING_DOWN", retryable: true });
});

test("a reader beside the writer sees what is acknowledged and nothing above the bound", async () => {
  const journal = await begin({ segmentBytes: 20_000 });
  const reader = await openJournalReader(folder, (report) => expect(report).toBeUndefined());
  const seen: number[] = [];
  const writing = Promise.all(
    upTo(4).map(async () => {
      for (let index = 0; index < 100; index++) await journal.append(entryOf(index, 500));
    }),
  );
  while (seen.length < 400) {
    const head = journal.head();
    const entries = await reader.read(BigInt(seen.length), head, 3000);
    for (const entry of entries) {
      expect(entry.sequence).toBeLessThanOrEqual(head);
      seen.push(Number(entry.sequence));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
  expect(seen).toStrictEqual(upTo(400));
  expect(await reader.read(10n, 12n, 1)).toHaveLength(1);
  expect(numbers(await reader.read(10n, 12n, 1_000_000))).toStrictEqual([11, 12]);
  await reader.close();
});

describe("damage", () => {
  test("a last entry torn at any offset is cut aside, reported with its range, and writing goes on", async () => {
    const journal = await begin();
    await append(journal, 2);
    const path = join(folder, (await segments())[0] ?? "");
    const before = (await stat(path)).size;
    await append(journal, 1, 60);
    await journal.close();
    const whole = await readFile(path);
    for (let size = before + 1; size < whole.length; size++) {
      const place = join(folder, `torn-${size}`);
      await mkdir(place);
      const segment = join(place, "00000000000000000001.journal");
      await writeFile(segment, whole.subarray(0, size));
      const again = await begin({ folder: place });
      expect(again.head()).toBe(2n);
      const [report, ...others] = again.damage();
      expect(others).toStrictEqual([]);
      expect(report).toMatchObject({
        fromByte: before,
        toByte: size,
        reason: expect.stringContaining("torn") as string,
      });
      expect((await readFile(report?.keptAs ?? "")).equals(whole.subarray(before, size))).toBe(true);
      expect((await stat(segment)).size).toBe(before);
      const sequence = await again.append(entryOf(3));
      const reader = await openJournalReader(place);
      expect(numbers(await reader.read(0n, sequence, 1e6))).toStrictEqual([1, 2, Number(sequence)]);
      await reader.close();
      await again.close();
    }
  });

  test("zeros after the end are cut aside without a loss", async () => {
    const journal = await begin();
    await append(journal, 2);
    await journal.close();
    const path = join(folder, (await segments())[0] ?? "");
    await truncate(path, (await stat(path)).size + 8192);
    const again = await begin();
    expect(again.damage()).toHaveLength(1);
    expect(again.damage()[0]?.lost).toBeUndefined();
    await append(again, 1);
    expect(numbers((await readAll(3n)).entries)).toStrictEqual([1, 2, 3]);
  });

  test("one flipped bit anywhere loses at most the entry it is in, and the report names exactly that", async () => {
    const journal = await begin();
    await append(journal, 6, 40);
    await journal.close();
    const path = join(folder, (await segments())[0] ?? "");
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += 3) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, flipped);
      const { entries, damage } = await readAll(6n);
      const lost = damage.flatMap((report) => (report.lost === undefined ? [] : [report.lost]));
      const missing = upTo(6).filter((number) => !numbers(entries).includes(number));
      expect(missing.length).toBe(at < 24 ? 0 : 1);
      expect(lost).toStrictEqual(missing.map((number) => ({ first: BigInt(number), last: BigInt(number) })));
      for (const entry of entries)
        expect(Buffer.from(entry.body).equals(entryOf(Number(entry.sequence), 40).body)).toBe(true);
    }
  });

  test("opening reports damage between sound entries and leaves the bytes in place", async () => {
    const journal = await begin();
    await append(journal, 5);
    await journal.close();
    const path = join(folder, (await segments())[0] ?? "");
    const bytes = await readFile(path);
    const third = bytes.indexOf("sender 3");
    bytes[third] = 0;
    await writeFile(path, bytes);
    const again = await begin();
    expect(again.head()).toBe(5n);
    expect(again.damage()).toHaveLength(1);
    expect(again.damage()[0]).toMatchObject({ lost: { first: 3n, last: 3n }, reason: "the checksum is wrong" });
    expect((await stat(path)).size).toBe(bytes.length);
  });

  test("a missing segment is reported with its range, once, and reading goes on after it", async () => {
    const journal = await begin({ segmentBytes: 1000 });
    await append(journal, 30);
    const names = await segments();
    const [from, to] = [Number.parseInt(names[2] ?? "", 10), Number.parseInt(names[3] ?? "", 10)];
    await unlink(join(folder, names[2] ?? ""));
    const { entries, damage } = await readAll(30n);
    expect(damage.map((report) => report.lost)).toStrictEqual([{ first: BigInt(from), last: BigInt(to - 1) }]);
    expect(numbers(entries)).toStrictEqual(upTo(30).filter((number) => number < from || number >= to));
    await unlink(join(folder, names[0] ?? ""));
    const first = await readAll(30n);
    expect(first.damage[0]?.lost).toStrictEqual({
      first: 1n,
      last: BigInt(Number.parseInt(names[1] ?? "", 10) - 1),
    });
  });

  test("a segment that is nothing but garbage is kept aside and its sequences are not used again", async () => {
    const journal = await begin({ segmentBytes: 500 });
    await append(journal, 10);
    await journal.close();
    const newest = (await segments()).at(-1) as string;
    await writeFile(join(folder, newest), Buffer.alloc(3000, 7));
    const again = await begin();
    expect(again.damage()).toHaveLength(1);
    expect((await readFile(again.damage()[0]?.keptAs ?? "")).length).toBe(3000);
    const sequence = await again.append(entryOf(1));
    expect(sequence).toBeGreaterThanOrEqual(BigInt(Number.parseInt(newest, 10)));
    const { entries } = await readAll(sequence);
    expect(numbers(entries).at(-1)).toBe(Number(sequence));
  });

  test("a journal of a newer version is refused and left alone", async () => {
    const journal = await begin();
    await append(journal, 1);
    await journal.close();
    const path = join(folder, (await segments())[0] ?? "");
    const bytes = await readFile(path);
    bytes.writeUInt32LE(2, 8);
    const { crc32 } = await import("node:zlib");
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 20)), 20);
    await writeFile(path, bytes);
    await expect(begin()).rejects.toMatchObject({ code: "STORE_NEWER" });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });
});

test("a segment that cannot be made fails the append as retryable, and a later append works", async () => {
  const journal = await begin();
  await rm(folder, { recursive: true });
  await writeFile(folder, "in the way");
  await expect(journal.append(entryOf(1))).rejects.toMatchObject({ code: "JOURNAL_WRITE_FAILED", retryable: true });
  expect(journal.head()).toBe(0n);
  expect(journal.pendingBytes()).toBe(0);
  await rm(folder);
  expect(await journal.append(entryOf(1))).toBe(1n);
  expect(numbers((await readAll(1n)).entries)).toStrictEqual([1]);
});

test.skipIf(process.platform === "win32")(
  "a write that fails half done is refused, what was acknowledged stays readable, and the next segment takes over",
  () => {
    const script = fileURLToPath(new URL("./test-support/append-over-limit.ts", import.meta.url));
    const limited = `ulimit -f 200; trap "" XFSZ; exec "$0" --conditions=@phasewise/source "$1" "$2"`;
    const child = spawnSync("sh", ["-c", limited, process.execPath, script, folder], { encoding: "utf8" });
    const result = JSON.parse(child.stdout) as { acknowledged: number; refused: number; readable: boolean };
    expect(result.readable).toBe(true);
    expect(result.refused).toBeGreaterThan(2);
    expect(result.acknowledged + result.refused).toBe(60);
    expect(result.acknowledged).toBeGreaterThan(result.refused);
  },
);

test("kill -9 at a random moment, 20 rounds: every acknowledged sequence is readable afterwards", async () => {
  const script = fileURLToPath(new URL("./test-support/append-until-killed.ts", import.meta.url));
  const acknowledged = new Map<number, number>();
  for (let round = 0; round < 20; round++) {
    const child = spawn(process.execPath, ["--conditions=@phasewise/source", script, folder, String(round)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      if (output === "") setTimeout(() => child.kill("SIGKILL"), (round * 37) % 101);
      output += chunk.toString();
    });
    await new Promise((resolve) => child.once("close", resolve));
    for (const line of output.split("\n").slice(0, -1)) {
      const [sequence = 0, bytes = 0] = line.split(" ").map(Number);
      expect(acknowledged.has(sequence)).toBe(false);
      acknowledged.set(sequence, bytes);
    }
  }
  expect(acknowledged.size).toBeGreaterThan(100);
  const journal = await begin();
  const { entries } = await readAll(journal.head());
  const readable = new Map(entries.map((entry) => [Number(entry.sequence), entry.body.length]));
  for (const [sequence, bytes] of acknowledged) expect(readable.get(sequence)).toBe(bytes);
}, 120_000);

async function appendUntilRefused(journal: Journal, taken: bigint[]): Promise<unknown> {
  for (;;) {
    try {
      taken.push(await journal.append(entryOf(taken.length, 20_000)));
    } catch (error) {
      return error;
    }
  }
}

const small = join(tmpdir(), `phasewise-small-disk-${process.pid}`);
const mounted = spawnSync("sh", ["-c", `mkdir -p ${small} && mount -t tmpfs -o size=1m tmpfs ${small}`]);
if (mounted.status !== 0)
  console.log(`skipped: the full-disk test needs to mount a tmpfs: ${String(mounted.stderr).trim()}`);

test.skipIf(mounted.status !== 0)("a full disk, three times, is a pause: nothing acknowledged is lost", async () => {
  try {
    const journal = await begin({ folder: small, segmentBytes: 100_000 });
    const taken: bigint[] = [];
    for (let time = 0; time < 3; time++) {
      const filler = join(small, "filler");
      await writeFile(filler, Buffer.alloc(300_000));
      const failure = await appendUntilRefused(journal, taken);
      expect(failure).toMatchObject({ code: "JOURNAL_WRITE_FAILED", retryable: true });
      const reader = await openJournalReader(small);
      const first = await reader.read(0n, journal.head(), 1);
      expect(first.length + taken.length).toBeGreaterThan(0);
      await reader.close();
      await unlink(filler);
      taken.push(await journal.append(entryOf(taken.length, 20_000)));
      const all = await openJournalReader(small, (report) => {
        if ((report.lost?.first ?? 0n) > (taken[0] ?? 0n)) throw new Error(report.reason);
      });
      const entries = await all.read(0n, journal.head(), 1e9);
      expect(entries.map((entry) => entry.sequence)).toStrictEqual(taken);
      await all.close();
      journal.released(journal.head());
      await journal.removeReleased(Date.now() + 1000);
      const left = (await readdir(small)).filter((name) => name.endsWith(".journal")).sort()[0] ?? "";
      taken.splice(
        0,
        taken.findIndex((sequence) => sequence >= BigInt(Number.parseInt(left, 10))),
      );
    }
    await journal.close();
  } finally {
    spawnSync("sh", ["-c", `umount ${small}`]);
    await rm(small, { recursive: true, force: true });
  }
});
