/**
 * The journal on disk. A segment is `<first sequence, 20 digits>.journal`:
 *
 *   header  "PHWJRNL1", u32 version, u64 first sequence, u32 crc32 of the 20 bytes before
 *   entry   "PWE1", u32 length of the rest, u32 crc32 of the rest,
 *           u64 sequence, i64 received (ns since 1970), u8 signal, u8 encoding, u16 length of sender, sender, body
 *
 * All numbers are little-endian. The four letters before each entry let a reader find the next one after damage.
 */
import { crc32 } from "node:zlib";
import { PhasewiseError } from "../errors.ts";
import type { Encoding, Signal } from "../decode/otlp.ts";
import type { JournalEntry, NewEntry, Sequence } from "./entry.ts";

const VERSION = 1;
/** Bytes of a segment's header: where its first entry begins. */
export const HEADER_BYTES = 24;
/** Letters, length and checksum: what precedes the part that the checksum covers. */
const PREFIX_BYTES = 12;
/** Sequence, time, signal, encoding and sender length. */
const FIXED_BYTES = 20;
const MAX_SENDER_BYTES = 1024;

const MAGIC = Buffer.from("PHWJRNL1", "latin1");
/** What every entry begins with. */
export const MARKER: Buffer = Buffer.from("PWE1", "latin1");
const MARKER_NUMBER = MARKER.readUInt32LE(0);

// Positions are the stored numbers: append only.
const SIGNALS: readonly Signal[] = ["traces", "logs", "metrics"];
const ENCODINGS: readonly Encoding[] = ["protobuf", "json"];

/** The header of a segment. */
export function encodeHeader(first: Sequence): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(VERSION, 8);
  header.writeBigUInt64LE(first, 12);
  header.writeUInt32LE(crc32(header.subarray(0, 20)), 20);
  return header;
}

/** The version that a header states, or undefined when it is damaged or short. */
export function headerVersion(header: Buffer): number | undefined {
  if (header.length < HEADER_BYTES || !header.subarray(0, 8).equals(MAGIC)) return undefined;
  return header.readUInt32LE(20) === crc32(header.subarray(0, 20)) ? header.readUInt32LE(8) : undefined;
}

/** Refuses a segment of another version. A damaged header says nothing and is passed: the entries speak for themselves. */
export function checkVersion(segment: string, header: Buffer): void {
  const version = headerVersion(header);
  if (version === undefined || version === VERSION) return;
  throw new PhasewiseError(
    "STORE_NEWER",
    `${segment}: expected journal version ${VERSION}, got ${version}; run the version of Phasewise that wrote it.`,
  );
}

/** An entry as two parts to be written one after the other; the body is not copied. */
export function encodeEntry(sequence: Sequence, entry: NewEntry): readonly [Buffer, Uint8Array] {
  const sender = Buffer.from(entry.sender.toWellFormed()).subarray(0, MAX_SENDER_BYTES);
  const head = Buffer.alloc(PREFIX_BYTES + FIXED_BYTES + sender.length);
  MARKER.copy(head);
  head.writeUInt32LE(FIXED_BYTES + sender.length + entry.body.length, 4);
  head.writeBigUInt64LE(sequence, 12);
  head.writeBigInt64LE(entry.receivedUnixNano, 20);
  head.writeUInt8(SIGNALS.indexOf(entry.signal), 28);
  head.writeUInt8(ENCODINGS.indexOf(entry.encoding), 29);
  head.writeUInt16LE(sender.length, 30);
  sender.copy(head, PREFIX_BYTES + FIXED_BYTES);
  head.writeUInt32LE(crc32(entry.body, crc32(head.subarray(PREFIX_BYTES))), 8);
  return [head, entry.body];
}

/** Bytes that an entry takes in a segment, at most. */
export function entryBytes(entry: NewEntry): number {
  return PREFIX_BYTES + FIXED_BYTES + Math.min(MAX_SENDER_BYTES, 3 * entry.sender.length) + entry.body.length;
}

/** What stands at one place of a segment. */
export type Found =
  | { readonly kind: "entry"; readonly entry: JournalEntry; readonly end: number }
  /** The buffer ends within the entry; it needs to reach `end`. */
  | { readonly kind: "short"; readonly end: number }
  | { readonly kind: "damaged"; readonly reason: string };

/** Reads the entry that begins at `start`. Its body shares the memory of `bytes`. */
export function decodeEntry(bytes: Buffer, start: number): Found {
  if (bytes.length - start < PREFIX_BYTES) return { kind: "short", end: start + PREFIX_BYTES };
  if (bytes.readUInt32LE(start) !== MARKER_NUMBER) return { kind: "damaged", reason: "no entry begins here" };
  const end = start + PREFIX_BYTES + bytes.readUInt32LE(start + 4);
  if (end - start < PREFIX_BYTES + FIXED_BYTES) return { kind: "damaged", reason: "the length is wrong" };
  if (end > bytes.length) return { kind: "short", end };
  const covered = bytes.subarray(start + PREFIX_BYTES, end);
  if (crc32(covered) !== bytes.readUInt32LE(start + 8)) return { kind: "damaged", reason: "the checksum is wrong" };
  const signal = SIGNALS[covered.readUInt8(16)];
  const encoding = ENCODINGS[covered.readUInt8(17)];
  const bodyStart = FIXED_BYTES + covered.readUInt16LE(18);
  if (signal === undefined || encoding === undefined || bodyStart > covered.length) {
    return { kind: "damaged", reason: "the entry is of an unknown kind" };
  }
  const entry: JournalEntry = {
    sequence: covered.readBigUInt64LE(0),
    signal,
    encoding,
    receivedUnixNano: covered.readBigInt64LE(8),
    sender: covered.toString("utf8", FIXED_BYTES, bodyStart),
    body: covered.subarray(bodyStart),
  };
  return { kind: "entry", entry, end };
}

/** The next place at or after `start` where a whole, undamaged entry begins, or undefined. */
export function nextEntry(
  bytes: Buffer,
  start: number,
): { readonly start: number; readonly entry: JournalEntry } | undefined {
  for (let at = bytes.indexOf(MARKER, start); at >= 0; at = bytes.indexOf(MARKER, at + 1)) {
    const found = decodeEntry(bytes, at);
    if (found.kind === "entry") return { start: at, entry: found.entry };
  }
  return undefined;
}
