/**
 * The writer of the journal: an append resolves when its entry is on disk. Appends that arrive while one group is being
 * synced form the next group, so the cost of a sync is shared. One process writes a folder; its lock is the caller's.
 */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { PhasewiseError } from "../errors.ts";
import { mayTake } from "../fair-share.ts";
import type { DamageReport } from "./damage.ts";
import type { NewEntry, Sequence } from "./entry.ts";
import { type SegmentFile, type SegmentFiles, nodeFiles } from "./files.ts";
import { HEADER_BYTES, encodeEntry, encodeHeader, entryBytes } from "./format.ts";
import { Pending } from "./pending.ts";
import { type KnownSegment, type Recovered, readReleasedHint, recover, writeReleasedHint } from "./recover.ts";
import { segmentName } from "./segments.ts";

/** Where a journal is and how large it may grow. */
export interface JournalOptions {
  /** Where the segments are; made if it is not there. */
  readonly folder: string;
  /** A segment is closed when it has reached this size. */
  readonly segmentBytes: number;
  /** Most bytes of entries that may wait to be released. */
  readonly maxPendingBytes: number;
  /** The file system; the real one when it is left out. */
  readonly files?: SegmentFiles;
}

/** The writing side of the journal. */
export interface Journal {
  /**
   * Resolves with the entry's sequence after it was written and synced. Rejects with JOURNAL_FULL, JOURNAL_WRITE_FAILED
   * or SHUTTING_DOWN; then the entry was not taken. The body must not be changed until then.
   */
  append(entry: NewEntry): Promise<Sequence>;
  /** The last sequence that is on disk; 0 when there is none. */
  head(): Sequence;
  /**
   * The store has everything up to here: makes room, and allows `removeReleased` to delete. Say it once at the start,
   * before the first append: a store may know sequences that the journal has lost, and they are not given out again.
   */
  released(upTo: Sequence): void;
  /** Deletes released segments last written before a time (ms since 1970), never the newest. Answers how many. */
  removeReleased(olderThanUnixMs: number): Promise<number>;
  /** Bytes that wait to be released, those not yet on disk included. */
  pendingBytes(): number;
  /** Since when (ms since 1970) the oldest entry of this process waits to be released; undefined when none does. */
  oldestPendingUnixMs(): number | undefined;
  /** What was found damaged when the journal was opened. */
  damage(): readonly DamageReport[];
  /** Finishes what was appended, then refuses more. */
  close(): Promise<void>;
}

/** Opens the journal of a folder: checks its end, sets a torn tail aside and reports it, and goes on after it. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  await mkdir(options.folder, { recursive: true });
  const recovered = await recover(options.folder);
  return new SegmentedJournal(options, recovered, await readReleasedHint(options.folder));
}

interface Waiting {
  readonly entry: NewEntry;
  readonly bytes: number;
  readonly resolve: (sequence: Sequence) => void;
  readonly reject: (error: Error) => void;
}

/** Keeps one group, and with it the wait of a request, short. */
const MAX_GROUP_BYTES = 16 * 1024 * 1024;
const COUNTED_BYTES = 256 * 1024;
const HINT_INTERVAL_MS = 1000;
/** One sender alone may fill eight ninths of the journal; the rest is for the others. */
const SENDER_WEIGHT = 8;

class SegmentedJournal implements Journal {
  private readonly options: JournalOptions;
  private readonly files: SegmentFiles;
  private readonly found: readonly DamageReport[];
  private readonly pending = new Pending();
  private readonly segments: KnownSegment[];
  /** Bytes on disk by the last sequence that they belong to, oldest first. */
  private groups: { last: Sequence; bytes: number }[];
  private next: Sequence;
  /** No entry gets a sequence below this one. */
  private floor: Sequence = 1n;
  private durable: Sequence;
  /** What counts as loaded. `confirmed` tells whether the store of this process said so. */
  private loaded: Sequence;
  private confirmed = false;
  private hintWrittenAt = 0;
  private current: { readonly handle: SegmentFile; readonly segment: KnownSegment } | undefined;
  private queue: Waiting[] = [];
  /** Bytes on disk that are not released. */
  private unreleased = 0;
  /** Bytes in the queue and in the group that is being written. */
  private unwritten = 0;
  private writing: Promise<void> | undefined;
  private closed = false;

  constructor(options: JournalOptions, recovered: Recovered, hint: Sequence) {
    this.options = options;
    this.files = options.files ?? nodeFiles;
    this.found = recovered.damage;
    this.segments = recovered.segments;
    this.groups = recovered.segments.map(({ last, bytes }) => ({ last, bytes }));
    this.durable = recovered.segments.at(-1)?.last ?? recovered.next - 1n;
    this.next = recovered.next;
    this.loaded = hint;
    this.skipTo(hint);
    this.recount();
  }

  append(entry: NewEntry): Promise<Sequence> {
    if (this.closed) {
      return Promise.reject(
        new PhasewiseError("SHUTTING_DOWN", "The journal is closed; send again to the next collector."),
      );
    }
    const bytes = entryBytes(entry);
    const full = this.refusal(entry, bytes);
    if (full !== undefined) return Promise.reject(full);
    this.pending.hold(entry, bytes);
    this.unwritten += bytes;
    return new Promise((resolve, reject) => {
      this.queue.push({ entry, bytes, resolve, reject });
      this.writing ??= this.writeGroups();
    });
  }

  /** Why an entry has no room; undefined when it has. */
  private refusal(entry: NewEntry, bytes: number): PhasewiseError | undefined {
    const limitBytes = this.options.maxPendingBytes;
    const room = { limitBytes, heldBytes: this.pendingBytes(), weight: SENDER_WEIGHT };
    const own = this.pending.heldBy(entry.sender);
    if (mayTake(room, own, bytes)) return undefined;
    const whose = room.heldBytes + bytes > limitBytes ? "" : `, and a fair share of them for ${entry.sender}`;
    const got = whose === "" ? room.heldBytes : own;
    return new PhasewiseError(
      "JOURNAL_FULL",
      `Expected at most ${limitBytes} bytes to wait in the journal${whose}, got ${got} and ${bytes} more. ` +
        "Loading is behind; send again in a second.",
    );
  }

  head(): Sequence {
    return this.durable;
  }

  released(upTo: Sequence): void {
    // The first word of this process's store counts, also when it is behind the hint.
    if (this.confirmed && upTo <= this.loaded) return;
    this.confirmed = true;
    this.loaded = upTo;
    this.skipTo(upTo);
    this.groups = this.groups.filter((group) => group.last > upTo);
    this.pending.released(upTo);
    this.recount();
    const now = Date.now();
    if (now - this.hintWrittenAt >= HINT_INTERVAL_MS) {
      this.hintWrittenAt = now;
      void writeReleasedHint(this.options.folder, upTo);
    }
  }

  async removeReleased(olderThanUnixMs: number): Promise<number> {
    let removed = 0;
    // The newest segment carries the sequence on, so it stays whatever its age.
    while (this.confirmed && this.segments.length > 1) {
      const oldest = this.segments[0] as KnownSegment;
      if (oldest.last > this.loaded || oldest === this.current?.segment) break;
      const written = await stat(oldest.path).then(
        (stats) => stats.mtimeMs,
        () => undefined,
      );
      if (written !== undefined && written >= olderThanUnixMs) break;
      if (written !== undefined) await this.files.remove(oldest.path);
      this.segments.shift();
      removed++;
    }
    if (removed > 0) await this.files.syncFolder(this.options.folder);
    return removed;
  }

  pendingBytes(): number {
    return this.unreleased + this.unwritten;
  }

  oldestPendingUnixMs(): number | undefined {
    return this.pending.oldestUnixMs();
  }

  damage(): readonly DamageReport[] {
    return this.found;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.writing;
    await this.leaveSegment();
    if (this.confirmed) await writeReleasedHint(this.options.folder, this.loaded);
  }

  /** A store may know more than this journal holds (its end was lost): those sequences are not given out again. */
  private skipTo(upTo: Sequence): void {
    if (upTo >= this.floor) this.floor = upTo + 1n;
    if (upTo > this.durable) this.durable = upTo;
  }

  private count(last: Sequence, bytes: number): void {
    if (last > this.loaded) this.unreleased += bytes;
    const newest = this.groups.at(-1);
    // Small groups are counted as one, so that the list stays short whatever waits.
    if (newest !== undefined && newest.bytes < COUNTED_BYTES && newest.last > this.loaded) {
      newest.last = last;
      newest.bytes += bytes;
    } else this.groups.push({ last, bytes });
  }

  private recount(): void {
    this.unreleased = this.groups.reduce((sum, group) => (group.last > this.loaded ? sum + group.bytes : sum), 0);
  }

  private async writeGroups(): Promise<void> {
    // Let the requests that arrived in the same turn of the event loop join the first group.
    await Promise.resolve();
    while (this.queue.length > 0) {
      const group = this.takeGroup();
      const groupBytes = group.reduce((sum, waiting) => sum + waiting.bytes, 0);
      const first = this.next > this.floor ? this.next : this.floor;
      try {
        const written = await this.writeGroup(group, first);
        this.next = first + BigInt(group.length);
        const last = this.next - 1n;
        if (last > this.durable) this.durable = last;
        this.count(last, written);
        this.unwritten -= groupBytes;
        this.acknowledge(group, first);
      } catch (cause) {
        this.unwritten -= groupBytes;
        await this.abandonSegment();
        const reason = cause instanceof Error ? cause.message : String(cause);
        const message = `The journal in ${this.options.folder} could not be written: ${reason}. Nothing was taken; send again in a second.`;
        for (const waiting of group) {
          this.pending.drop(waiting.entry, waiting.bytes);
          waiting.reject(new PhasewiseError("JOURNAL_WRITE_FAILED", message, { cause }));
        }
      }
    }
    this.writing = undefined;
  }

  private acknowledge(group: readonly Waiting[], first: Sequence): void {
    const now = Date.now();
    group.forEach(({ entry, bytes, resolve }, index) => {
      const sequence = first + BigInt(index);
      this.pending.written(entry, bytes, sequence, now);
      resolve(sequence);
    });
  }

  private takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.queue.length && (count === 0 || bytes < MAX_GROUP_BYTES)) {
      bytes += (this.queue[count] as Waiting).bytes;
      count++;
    }
    return this.queue.splice(0, count);
  }

  /** Writes and syncs a group; answers its bytes. */
  private async writeGroup(group: readonly Waiting[], first: Sequence): Promise<number> {
    const open = this.current?.segment;
    if (open !== undefined && (open.bytes >= this.options.segmentBytes || first !== open.last + 1n)) {
      await this.leaveSegment();
    }
    this.current ??= await this.beginSegment(first);
    const { handle, segment } = this.current;
    const parts = group.flatMap((waiting, index) => encodeEntry(first + BigInt(index), waiting.entry));
    const bytes = await writeAll(handle, parts, segment.bytes);
    await handle.datasync();
    segment.bytes += bytes;
    segment.last = first + BigInt(group.length - 1);
    return bytes;
  }

  private async beginSegment(first: Sequence): Promise<NonNullable<SegmentedJournal["current"]>> {
    const name = segmentName(first);
    const path = join(this.options.folder, name);
    // A file of that name can only hold entries that were never acknowledged, so it is overwritten.
    const handle = await this.files.create(path);
    try {
      await writeAll(handle, [encodeHeader(first)], 0);
      await handle.datasync();
      await this.files.syncFolder(this.options.folder);
    } catch (error) {
      await handle.close().catch(() => undefined);
      await this.files.remove(path).catch(() => undefined);
      throw error;
    }
    const segment: KnownSegment = { name, path, first, last: first - 1n, bytes: HEADER_BYTES };
    this.segments.push(segment);
    return { handle, segment };
  }

  private async leaveSegment(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    await current?.handle.close();
  }

  /**
   * After a failed write or sync nobody knows what of the segment's end is on disk, and a second sync may lie. So it is
   * cut back to what was acknowledged, and the next group begins a segment, which supersedes what the cut may miss.
   */
  private async abandonSegment(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    if (current === undefined) return;
    const { handle, segment } = current;
    await handle.truncate(segment.bytes).catch(() => undefined);
    await handle.close().catch(() => undefined);
    if (segment.last >= segment.first) return;
    // It never held an acknowledged entry, and the next segment will have its name.
    this.segments.splice(this.segments.indexOf(segment), 1);
    await this.files.remove(segment.path).catch(() => undefined);
  }
}

/** Writes all parts at a position; a write that comes up short is continued. */
async function writeAll(handle: SegmentFile, parts: readonly Uint8Array[], position: number): Promise<number> {
  let rest = parts.filter((part) => part.length > 0);
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, at);
    if (bytesWritten === 0) throw new Error("the file system took no more bytes");
    at += bytesWritten;
    let done = bytesWritten;
    let index = 0;
    while (index < rest.length && done >= (rest[index] as Uint8Array).length)
      done -= (rest[index++] as Uint8Array).length;
    rest = rest.slice(index);
    if (done > 0) rest[0] = (rest[0] as Uint8Array).subarray(done);
  }
  return at - position;
}
