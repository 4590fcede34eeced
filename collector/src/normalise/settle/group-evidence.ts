/**
 * Which evidence is about the same call by what it states itself: an equal id of the provider's request, of its answer or
 * of the client's request, or a log record written in the very span that reports a call (unless their ids contradict).
 * Sums over calls are joined by their span alone: the ids that they carry are those of one call among many.
 */
import type { Evidence } from "../settlement.ts";
import { ID_KINDS, idMaskOf, isGiven, makeUnit } from "./call-unit.ts";
import type { CallUnit } from "./call-unit.ts";
import { makeDisjointSets } from "./disjoint-sets.ts";
import type { SpanForest } from "./span-forest.ts";

/** The groups, in the order of their first evidence. */
export function groupEvidence(evidence: readonly Evidence[], forest: SpanForest): readonly CallUnit[] {
  const calls: Evidence[] = [];
  const sums: Evidence[] = [];
  for (const item of evidence) (item.reading.scope === "call" ? calls : sums).push(item);
  const best = bestFirst(forest);
  return [
    ...groupCalls(calls).map((group) => makeUnit("call", group.sort(best))),
    ...groupSums(sums).map((group) => makeUnit("aggregate", group.sort(best))),
  ];
}

function groupCalls(calls: readonly Evidence[]): Evidence[][] {
  const sets = makeDisjointSets(calls.length);
  const firstWithId = new Map<string, number>();
  const spanOf = new Map<string, number>();
  for (const [index, item] of calls.entries()) {
    if (item.source === "span") spanOf.set(`${item.traceId}/${item.spanId}`, index);
    for (const { prefix, read } of ID_KINDS) {
      const id = read(item.reading);
      if (!isGiven(id)) continue;
      const first = firstWithId.get(`${prefix}:${id}`);
      if (first === undefined) firstWithId.set(`${prefix}:${id}`, index);
      else sets.join(first, index);
    }
  }

  const masks = new Uint8Array(calls.length);
  for (const [index, { reading }] of calls.entries()) {
    const root = sets.find(index);
    masks[root] = (masks[root] ?? 0) | idMaskOf(reading);
  }
  for (const [index, item] of calls.entries()) {
    if (item.source !== "log") continue;
    const span = spanOf.get(`${item.traceId}/${item.spanId}`);
    if (span === undefined) continue;
    const [left, right] = [sets.find(span), sets.find(index)];
    const [leftMask, rightMask] = [masks[left] ?? 0, masks[right] ?? 0];
    // Two ids of one kind that were equal would have joined them above, so these differ.
    if (left === right || (leftMask & rightMask) !== 0) continue;
    masks[sets.join(left, right)] = leftMask | rightMask;
  }
  return groupsOf(calls, (index) => sets.find(index));
}

function groupSums(sums: readonly Evidence[]): Evidence[][] {
  return groupsOf(sums, (_, item) => (isGiven(item.spanId) ? `${item.traceId}/${item.spanId}` : item.evidenceId));
}

function groupsOf(items: readonly Evidence[], keyOf: (index: number, item: Evidence) => unknown): Evidence[][] {
  const groups = new Map<unknown, Evidence[]>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(index, item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

const STATUS_ORDER = { ok: 0, cancelled: 1, error: 2 } as const;

/**
 * The lower rank first. Of one rank the report of success goes before that of a failed attempt, the inner span before the
 * outer one, the span before the log record; the sort is stable, so the order of ids decides last.
 */
function bestFirst(forest: SpanForest): (left: Evidence, right: Evidence) => number {
  const depth = (item: Evidence): number => forest.find(item.traceId, item.spanId)?.depth ?? 0;
  return (left, right) =>
    left.reading.rank - right.reading.rank ||
    STATUS_ORDER[left.reading.status] - STATUS_ORDER[right.reading.status] ||
    depth(right) - depth(left) ||
    (left.source === right.source ? 0 : left.source === "span" ? -1 : 1);
}
