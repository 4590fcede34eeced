/**
 * The reader of the journal, for a process other than the writer's. It trusts nothing but checksums: what is damaged or
 * missing is reported with its exact range, once, and reading goes on after it.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { DamageReport } from "./damage.ts";
import type { JournalEntry, Sequence } from "./entry.ts";
import { HEADER_BYTES, checkVersion, decodeEntry, nextEntry } from "./format.ts";
import { type Segment, listSegments, segmentName } from "./segments.ts";

/** The reading side of the journal. */
export interface JournalReader {
  /**
   * The entries after `after` and up to `upTo`, about `maxBytes` of them, at least one if there is one. `upTo` must be
   * on disk (the writer's `head`): nothing above it is looked at. An empty answer means that none of them is readable.
   */
  read(after: Sequence, upTo: Sequence, maxBytes: number): Promise<readonly JournalEntry[]>;
  close(): Promise<void>;
}

/** Opens a reader. `onDamage` is told of each damaged or missing range when it is first met. */
export function openJournalReader(
  folder: string,
  onDamage: (report: DamageReport) => void = () => undefined,
): Promise<JournalReader> {
  return Promise.resolve(new SegmentReader(folder, onDamage));
}

const CHUNK_BYTES = 1024 * 1024;

interface Place {
  readonly handle: FileHandle;
  readonly segment: Segment;
  /** Where the next entry begins. */
  position: number;
  /** The last sequence before `position`. */
  last: Sequence;
}

class SegmentReader implements JournalReader {
  private readonly folder: string;
  private readonly onDamage: (report: DamageReport) => void;
  private place: Place | undefined;
  /** Everything up to here that was lost has been reported. */
  private reportedUpTo: Sequence = 0n;

  constructor(folder: string, onDamage: (report: DamageReport) => void) {
    this.folder = folder;
    this.onDamage = onDamage;
  }

  async read(after: Sequence, upTo: Sequence, maxBytes: number): Promise<readonly JournalEntry[]> {
    const entries: JournalEntry[] = [];
    let last = after;
    let room = maxBytes;
    let segments: readonly Segment[] | undefined;
    while (last < upTo && (room > 0 || entries.length === 0)) {
      if (this.place === undefined || this.place.last !== last) {
        segments = await listSegments(this.folder);
        await this.moveTo(segments, last);
      }
      const { place } = this;
      if (place === undefined) {
        // No segment holds the next entry: go on at the first one after it.
        const following = segments?.find((segment) => segment.first > last + 1n && segment.first <= upTo);
        const end = following === undefined ? upTo : following.first - 1n;
        this.report(segmentName(last + 1n), 0, 0, last + 1n, end, "the segment is missing");
        last = end;
        continue;
      }
      segments ??= await listSegments(this.folder);
      const following = segments.find((segment) => segment.first > place.segment.first);
      const limit = following === undefined || following.first > upTo ? upTo : following.first - 1n;
      room = await this.readSegment(place, after, limit, room, entries);
      last = place.last;
      if (following !== undefined && last === following.first - 1n) await this.leave();
    }
    return entries;
  }

  async close(): Promise<void> {
    await this.leave();
  }

  private async leave(): Promise<void> {
    const { place } = this;
    this.place = undefined;
    await place?.handle.close();
  }

  /** Opens the segment that should hold the entry after `last`, at its beginning. */
  private async moveTo(segments: readonly Segment[], last: Sequence): Promise<void> {
    await this.leave();
    const segment = segments.findLast(({ first }) => first <= last + 1n);
    if (segment === undefined) return;
    const handle = await open(segment.path, "r").catch(() => undefined);
    if (handle === undefined) return;
    checkVersion(segment.name, await readAt(handle, 0, HEADER_BYTES));
    this.place = { handle, segment, position: HEADER_BYTES, last: segment.first - 1n };
  }

  /** Reads from the place up to `limit`; afterwards `place.last` is `limit`, unless the room is used up before. */
  private async readSegment(
    place: Place,
    after: Sequence,
    limit: Sequence,
    maxBytes: number,
    entries: JournalEntry[],
  ): Promise<number> {
    const size = (await place.handle.stat()).size;
    let room = maxBytes;
    let chunk: Buffer = Buffer.alloc(0);
    let chunkStart = place.position;
    while (place.last < limit && (room > 0 || entries.length === 0)) {
      const found = decodeEntry(chunk, place.position - chunkStart);
      if (found.kind === "entry" && found.entry.sequence === place.last + 1n) {
        if (found.entry.sequence > after) {
          entries.push(found.entry);
          room -= found.end - (place.position - chunkStart);
        }
        place.last = found.entry.sequence;
        place.position = chunkStart + found.end;
      } else if (found.kind === "short" && chunkStart + found.end <= size) {
        const needed = chunkStart + found.end - place.position;
        chunkStart = place.position;
        chunk = await readAt(place.handle, chunkStart, Math.max(needed, Math.min(CHUNK_BYTES, size - chunkStart)));
        if (chunk.length >= needed) continue;
        await this.skipDamage(place, size, limit, "the segment became shorter");
      } else {
        const reason = found.kind === "damaged" ? found.reason : "an entry is cut off or missing";
        await this.skipDamage(place, size, limit, reason);
      }
      if (found.kind !== "entry") {
        chunk = Buffer.alloc(0);
        chunkStart = place.position;
      }
    }
    return room;
  }

  /** Reports what is not readable at the place and moves to the next sound entry, or to the end of the segment's range. */
  private async skipDamage(place: Place, size: number, limit: Sequence, reason: string): Promise<void> {
    const { position, segment } = place;
    const rest = await readAt(place.handle, position, Math.max(0, size - position));
    let sound = nextEntry(rest, 0);
    // What an earlier, superseded write left behind is not an entry of this range.
    while (sound !== undefined && sound.entry.sequence <= place.last) sound = nextEntry(rest, sound.start + 1);
    const first = place.last + 1n;
    if (sound === undefined || sound.entry.sequence > limit) {
      this.report(segment.name, position, position + (sound?.start ?? rest.length), first, limit, reason);
      place.last = limit;
      // Beyond it nothing of this range can be read; a later call starts again from the segment's beginning.
      if (sound === undefined) await this.leave();
      else place.position = position + sound.start;
      return;
    }
    this.report(segment.name, position, position + sound.start, first, sound.entry.sequence - 1n, reason);
    place.last = sound.entry.sequence - 1n;
    place.position = position + sound.start;
  }

  private report(
    segment: string,
    fromByte: number,
    toByte: number,
    first: Sequence,
    last: Sequence,
    reason: string,
  ): void {
    const from = first > this.reportedUpTo ? first : this.reportedUpTo + 1n;
    if (from > last) return;
    this.reportedUpTo = last;
    this.onDamage({ segment, fromByte, toByte, lost: { first: from, last }, reason });
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
