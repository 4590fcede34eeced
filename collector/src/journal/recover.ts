/** What `openJournal` does before the first append: check the end of the newest segment and set aside what is torn. */
import { mkdir, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DamageReport } from "./damage.ts";
import type { Sequence } from "./entry.ts";
import { HEADER_BYTES, MARKER, checkVersion, decodeEntry, encodeHeader, headerVersion, nextEntry } from "./format.ts";
import { type Segment, listSegments, segmentName, syncFolder } from "./segments.ts";

/** A segment whose entries are all below those of the next one. */
export interface KnownSegment extends Segment {
  last: Sequence;
  bytes: number;
}

/** What the folder holds. */
export interface Recovered {
  readonly segments: KnownSegment[];
  readonly next: Sequence;
  readonly damage: readonly DamageReport[];
}

/** Reads the folder, verifies the newest segment whole, and cuts a torn tail aside into `quarantine/`. */
export async function recover(folder: string): Promise<Recovered> {
  const damage: DamageReport[] = [];
  const listed = await listSegments(folder);
  const segments: KnownSegment[] = [];
  for (const [index, segment] of listed.entries()) {
    const following = listed[index + 1];
    if (following === undefined) break;
    segments.push({ ...segment, last: following.first - 1n, bytes: (await stat(segment.path)).size });
  }
  const newest = listed.at(-1);
  if (newest === undefined) return { segments, next: 1n, damage };
  const { last, next, bytes } = await checkNewest(folder, newest, damage);
  if (last >= newest.first) segments.push({ ...newest, last, bytes });
  return { segments, next, damage };
}

interface Checked {
  /** The last sound entry; below the segment's first when it holds none. */
  readonly last: Sequence;
  /** A sequence that nothing in the segment can have had. */
  readonly next: Sequence;
  readonly bytes: number;
}

async function checkNewest(folder: string, segment: Segment, damage: DamageReport[]): Promise<Checked> {
  const bytes = await readFile(segment.path);
  checkVersion(segment.name, bytes);
  const { end, last } = walk(segment, bytes, damage);
  if (last < segment.first) return await setAsideEmpty(folder, segment, bytes, damage);
  if (end < bytes.length) {
    const tail = bytes.subarray(end);
    const keptAs = await quarantine(folder, `${segment.name}.${end}-${bytes.length}.torn`, tail);
    await truncateTo(segment.path, end);
    const cut = countMarkers(tail);
    damage.push({
      segment: segment.name,
      fromByte: end,
      toByte: bytes.length,
      ...(cut > 0n && { lost: { first: last + 1n, last: last + cut } }),
      reason: "torn tail: a write was cut off before it was acknowledged, or the end of the file was damaged later",
      keptAs,
    });
    return { last, next: last + 1n + cut, bytes: end };
  }
  return { last, next: last + 1n, bytes: end };
}

/** Follows the entries to the last sound one; damage between sound entries is reported and left in place. */
function walk(segment: Segment, bytes: Buffer, damage: DamageReport[]): { end: number; last: Sequence } {
  let position = HEADER_BYTES;
  let last = segment.first - 1n;
  for (;;) {
    const found = position < bytes.length ? decodeEntry(bytes, position) : undefined;
    if (found?.kind === "entry") {
      position = found.end;
      last = found.entry.sequence;
      continue;
    }
    const sound = nextEntry(bytes, position);
    if (sound === undefined) return { end: position, last };
    damage.push({
      segment: segment.name,
      fromByte: position,
      toByte: sound.start,
      lost: { first: last + 1n, last: sound.entry.sequence - 1n },
      reason: found?.kind === "damaged" ? found.reason : "the length is wrong",
    });
    position = sound.start;
  }
}

/**
 * A segment without a sound entry. One that was only begun stays, because its name carries the sequence on; anything
 * else is kept aside and reported, and a new one takes over its name's duty.
 */
async function setAsideEmpty(
  folder: string,
  segment: Segment,
  bytes: Buffer,
  damage: DamageReport[],
): Promise<Checked> {
  const none = { last: segment.first - 1n, bytes: 0 };
  const begun = bytes.length === 0 || (bytes.length === HEADER_BYTES && headerVersion(bytes) !== undefined);
  if (begun) return { ...none, next: segment.first };
  const cut = countMarkers(bytes);
  const next = segment.first + cut;
  await mkdir(join(folder, "quarantine"), { recursive: true });
  const keptAs = join(folder, "quarantine", `${segment.name}.${Date.now()}.unreadable`);
  await rename(segment.path, keptAs);
  await writeFile(join(folder, segmentName(next)), encodeHeader(next), { flush: true });
  await syncFolder(folder);
  damage.push({
    segment: segment.name,
    fromByte: 0,
    toByte: bytes.length,
    ...(cut > 0n && { lost: { first: segment.first, last: next - 1n } }),
    reason: "no sound entry is in the segment: its first write was cut off, or the file was damaged",
    keptAs,
  });
  return { ...none, next };
}

/** Entries that may have been there: their sequences are not given out again, a store may know them. */
function countMarkers(bytes: Buffer): bigint {
  let count = 0n;
  for (let at = bytes.indexOf(MARKER); at >= 0; at = bytes.indexOf(MARKER, at + MARKER.length)) count++;
  return count;
}

async function quarantine(folder: string, name: string, bytes: Buffer): Promise<string> {
  const place = join(folder, "quarantine");
  await mkdir(place, { recursive: true });
  const path = join(place, name);
  try {
    await writeFile(path, bytes, { flush: true, flag: "wx" });
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const other = join(place, `${name}.${Date.now()}`);
    await writeFile(other, bytes, { flush: true });
    return other;
  }
}

async function truncateTo(path: string, size: number): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.truncate(size);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const HINT = "released";

/** What the last process knew to be loaded: counts pending bytes before the store has spoken, decides nothing else. */
export async function readReleasedHint(folder: string): Promise<Sequence> {
  const text = await readFile(join(folder, HINT), "utf8").catch(() => "");
  return /^\d{1,19}\n$/.test(text) ? BigInt(text) : 0n;
}

/** Keeps the hint for the next start. A failure costs nothing but accuracy, so it is not an error. */
export async function writeReleasedHint(folder: string, released: Sequence): Promise<void> {
  const path = join(folder, HINT);
  try {
    await writeFile(`${path}.new`, `${released}\n`);
    await rename(`${path}.new`, path);
  } catch {
    // The next call writes it again.
  }
}
