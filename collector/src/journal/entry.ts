import type { Encoding, Signal } from "../decode/otlp.ts";

/** Position in the journal: 1 for the first entry ever, growing by one. 0 means "nothing yet". */
export type Sequence = bigint;

/** One checked request as it was received, decompressed. */
export interface JournalEntry {
  readonly sequence: Sequence;
  readonly signal: Signal;
  readonly encoding: Encoding;
  /** When the request was taken, in nanoseconds since 1970. */
  readonly receivedUnixNano: bigint;
  /** Who sent it: the token's name, or the peer address. */
  readonly sender: string;
  readonly body: Uint8Array;
}

/** An entry before the journal has given it a sequence. */
export type NewEntry = Omit<JournalEntry, "sequence">;
