import type { Sequence } from "./entry.ts";

/** One damaged place of the journal: exactly what is gone, and where the damaged bytes are kept. */
export interface DamageReport {
  /** File name of the segment, or of the one that should be there. */
  readonly segment: string;
  /** First damaged byte. */
  readonly fromByte: number;
  /** The byte after the last damaged one; equal to `fromByte` when the bytes are gone altogether. */
  readonly toByte: number;
  /** Entries that are lost, both ends included; absent when none that was acknowledged can be among them. */
  readonly lost?: { readonly first: Sequence; readonly last: Sequence };
  readonly reason: string;
  /** Where a copy of the damaged bytes is, when they were cut out of the segment. */
  readonly keptAs?: string;
}
