import { Holdings } from "../fair-share.ts";
import type { NewEntry, Sequence } from "./entry.ts";

/** Entries that are counted as one, so that the list stays short whatever waits. */
interface Bucket {
  last: Sequence;
  readonly sinceUnixMs: number;
  bytes: number;
  readonly bySender: Map<string, number>;
}

const BUCKET_BYTES = 256 * 1024;
const BUCKET_MS = 100;

/** Who put into the journal what is not loaded yet, and since when it waits. Knows this process's entries only. */
export class Pending {
  readonly #holdings = new Holdings();
  #buckets: Bucket[] = [];

  /** Bytes of a sender that wait, those not yet on disk included. */
  heldBy(sender: string): number {
    return this.#holdings.of(sender);
  }

  /** The entry asks to be written. */
  hold(entry: NewEntry, bytes: number): void {
    this.#holdings.add(entry.sender, bytes);
  }

  /** It could not be written. */
  drop(entry: NewEntry, bytes: number): void {
    this.#holdings.add(entry.sender, -bytes);
  }

  /** It is on disk, and waits to be loaded. */
  written(entry: NewEntry, bytes: number, sequence: Sequence, nowUnixMs: number): void {
    const newest = this.#buckets.at(-1);
    if (newest !== undefined && newest.bytes < BUCKET_BYTES && nowUnixMs - newest.sinceUnixMs < BUCKET_MS) {
      newest.last = sequence;
      newest.bytes += bytes;
      newest.bySender.set(entry.sender, (newest.bySender.get(entry.sender) ?? 0) + bytes);
      return;
    }
    this.#buckets.push({ last: sequence, sinceUnixMs: nowUnixMs, bytes, bySender: new Map([[entry.sender, bytes]]) });
  }

  /** Everything up to here is loaded. */
  released(upTo: Sequence): void {
    const waiting = this.#buckets.findIndex((bucket) => bucket.last > upTo);
    for (const bucket of this.#buckets.splice(0, waiting < 0 ? this.#buckets.length : waiting)) {
      for (const [sender, bytes] of bucket.bySender) this.#holdings.add(sender, -bytes);
    }
  }

  /** Since when the oldest entry waits, to a tenth of a second; undefined when none waits. */
  oldestUnixMs(): number | undefined {
    return this.#buckets[0]?.sinceUnixMs;
  }
}
