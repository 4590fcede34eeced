/** Calls of a subtree that nothing wraps yet, found by what a wrapper of theirs would say. */
import type { CallUnit } from "./call-unit.ts";

/** A set of calls with an index. */
export interface OpenCalls {
  readonly units: Map<CallUnit, readonly string[]>;
  readonly byKey: Map<string, Set<CallUnit>>;
}

/** An empty set. */
export function makeOpenCalls(): OpenCalls {
  return { units: new Map(), byKey: new Map() };
}

/** Adds a call under its keys; nothing happens when it is there. */
export function add(open: OpenCalls, unit: CallUnit, keys: readonly string[]): void {
  if (open.units.has(unit)) return;
  open.units.set(unit, keys);
  for (const key of keys) {
    const found = open.byKey.get(key);
    if (found === undefined) open.byKey.set(key, new Set([unit]));
    else found.add(unit);
  }
}

/** Takes a call out. */
export function remove(open: OpenCalls, unit: CallUnit): void {
  for (const key of open.units.get(unit) ?? []) open.byKey.get(key)?.delete(unit);
  open.units.delete(unit);
}

/** Both sets as one. The smaller is poured into the larger, which keeps the sum over all levels of a tree small. */
export function merge(left: OpenCalls, right: OpenCalls): OpenCalls {
  const [large, small] = left.units.size >= right.units.size ? [left, right] : [right, left];
  for (const [unit, keys] of small.units) add(large, unit, keys);
  return large;
}
