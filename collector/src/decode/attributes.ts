import { MAX_ATTRIBUTES, MAX_KEY_LENGTH } from "./limits.ts";
import type { AnyValue, KeyValues } from "./otlp.ts";

/** The attributes of a thing that carries none. */
export const NO_ATTRIBUTES: KeyValues = new Map();

/** Attributes while they are being read: the last of duplicate keys wins, and what is over the limits is counted. */
export interface AttributeDraft {
  map: Map<string, AnyValue> | undefined;
  /** What the sender dropped plus what the limits dropped. */
  dropped: number;
}

/** What lists of attributes lost. */
export interface AttributeLosses {
  /** Keys that came again in one list; the last value was kept. */
  readonly duplicateKeys: number;
  /** Attributes over the limits. */
  readonly overLimits: number;
}

// Decoding is synchronous, so one tally serves the request that is being decoded.
let duplicateKeys = 0;
let overLimits = 0;

/** What was lost since it was last asked. */
export function takeAttributeLosses(): AttributeLosses {
  const losses = { duplicateKeys, overLimits };
  duplicateKeys = 0;
  overLimits = 0;
  return losses;
}

/** Puts one attribute into a draft, or counts it as dropped. */
export function addAttribute(draft: AttributeDraft, key: string, value: AnyValue): void {
  draft.map ??= new Map();
  const map = draft.map;
  const before = map.size;
  if (key.length > MAX_KEY_LENGTH || (before >= MAX_ATTRIBUTES && !map.has(key))) {
    draft.dropped++;
    overLimits++;
    return;
  }
  map.set(key, value);
  if (map.size === before) duplicateKeys++;
}

/** A sum of dropped counts that fits the protobuf field, an unsigned 32-bit integer. */
export function droppedCount(count: number): number {
  return Math.min(count, 0xffff_ffff);
}
