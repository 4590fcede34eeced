/**
 * The input in one fixed order, each item once. Everything after this step may depend on order, because the order no
 * longer depends on how things arrived.
 */
import type { Evidence } from "../settlement.ts";

/** Evidence by its id, sorted; of two different deliveries of one item the same one wins every time. */
export function distinctEvidence(evidence: readonly Evidence[]): readonly Evidence[] {
  const byId = new Map<string, Evidence>();
  for (const item of evidence) byId.set(item.evidenceId, sameEveryTime(byId.get(item.evidenceId), item));
  return [...byId.values()].sort((left, right) => compareText(left.evidenceId, right.evidenceId));
}

/** Which of two deliveries of one item is taken. Nobody can tell which is right, but it must not be the first to come. */
export function sameEveryTime<T>(known: T | undefined, item: T): T {
  if (known === undefined || known === item) return item;
  return compareText(asText(known), asText(item)) <= 0 ? known : item;
}

/** Compares texts by code unit, which is the same on every machine and in every language. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** A text that is equal for equal content, whatever the order of the properties. */
function asText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "bigint") return `${part}n`;
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([left], [right]) => compareText(left, right)));
  });
}
