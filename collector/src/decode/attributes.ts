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

/** Puts one attribute into a draft, or counts it as dropped. */
export function addAttribute(draft: AttributeDraft, key: string, value: AnyValue): void {
  draft.map ??= new Map();
  const map = draft.map;
  if (key.length > MAX_KEY_LENGTH || (map.size >= MAX_ATTRIBUTES && !map.has(key))) draft.dropped++;
  else map.set(key, value);
}

/** A sum of dropped counts that fits the protobuf field, an unsigned 32-bit integer. */
export function droppedCount(count: number): number {
  return Math.min(count, 0xffff_ffff);
}
