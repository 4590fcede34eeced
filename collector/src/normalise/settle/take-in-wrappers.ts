/**
 * A span of a call around another span of the same call, which do not share an id: an instrumentation around a client
 * that instruments itself, a client around its server. The innermost counts; the wrapper becomes further evidence of it.
 *
 * They are the same call when they have the same canonical model and
 * - report the same output tokens, or
 * - one of them reports no output tokens (a call that failed, a wrapper that does not know) and they ended alike,
 * and no id contradicts. A wrapper wraps exactly one call: around several such calls it is a sum over them.
 */
import type { SpanForest, SpanNode } from "./span-forest.ts";
import { currentUnit, modelOf, takeIn } from "./call-unit.ts";
import type { CallUnit } from "./call-unit.ts";
import { add, makeOpenCalls, merge, remove } from "./open-calls.ts";
import type { OpenCalls } from "./open-calls.ts";

/** Every combination of `CallUnit.idMask`. */
const ID_MASKS = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Joins wrappers with what they wrap and turns those around several calls into sums; changes the units. */
export function takeInWrappers(units: readonly CallUnit[], forest: SpanForest): void {
  const unitAt = new Map<SpanNode, CallUnit>();
  for (const unit of units) {
    if (unit.scope !== "call") continue;
    for (const item of unit.layers.flat()) {
      const node = item.source === "span" ? forest.find(item.traceId, item.spanId) : undefined;
      if (node !== undefined) unitAt.set(node, unit);
    }
  }
  if (unitAt.size < 2) return;

  // Parents come before children, so the way back meets every call after all those beneath it.
  const above = nearestCallAbove(forest, unitAt);
  const below = new Map<SpanNode, OpenCalls>();
  for (const [node, around] of [...above].toReversed()) {
    const open = below.get(node) ?? makeOpenCalls();
    below.delete(node);
    const unit = unitAt.get(node);
    if (unit !== undefined) judge(currentUnit(unit), open);
    if (around === undefined) continue;
    const beside = below.get(around);
    below.set(around, beside === undefined ? open : merge(beside, open));
  }
}

/** For every span with a call, the nearest one above that has a call too. */
function nearestCallAbove(
  forest: SpanForest,
  unitAt: ReadonlyMap<SpanNode, CallUnit>,
): Map<SpanNode, SpanNode | undefined> {
  const nearest = new Map<SpanNode, SpanNode | undefined>();
  const above = new Map<SpanNode, SpanNode | undefined>();
  for (const node of forest.nodes) {
    const around = node.parent === undefined ? undefined : nearest.get(node.parent);
    const isCall = unitAt.has(node);
    nearest.set(node, isCall ? node : around);
    if (isCall) above.set(node, around);
  }
  return above;
}

/** What a call is to the calls beneath it that nothing wraps yet: another one, the wrapper of one, or their sum. */
function judge(unit: CallUnit, open: OpenCalls): void {
  if (unit.scope !== "call" || open.units.has(unit)) return;
  const same = sameCalls(unit, open);
  const [inner] = same;
  if (inner === undefined) {
    add(open, unit, keysOf(unit));
  } else if (same.length > 1) {
    unit.scope = "aggregate";
  } else {
    remove(open, inner);
    takeIn(inner, unit);
    add(open, inner, keysOf(inner));
  }
}

/** Open calls that can be the same call as the unit around them: none, one, or the first two of several. */
function sameCalls(unit: CallUnit, open: OpenCalls): readonly CallUnit[] {
  if (open.units.size === 0) return [];
  const facts = factsOf(unit);
  if (facts === undefined) return [];
  const { model, output, status } = facts;
  if (output === undefined) return firstTwo(unit, open, `ended ${model} ${status}`);
  const equal = firstTwo(unit, open, `output ${model} ${output}`);
  return equal.length > 0 ? equal : firstTwo(unit, open, `silent ${model} ${status}`);
}

function firstTwo(unit: CallUnit, open: OpenCalls, key: string): readonly CallUnit[] {
  const found: CallUnit[] = [];
  for (const mask of ID_MASKS) {
    // Two ids of one kind that were equal would have joined the units before, so these differ.
    if ((mask & unit.idMask) !== 0) continue;
    for (const candidate of open.byKey.get(`${mask} ${key}`) ?? []) {
      // A call that is reported in two branches may have become something else in the other one.
      if (candidate.scope !== "call" || candidate.takenInBy !== undefined) continue;
      if ((candidate.idMask & unit.idMask) !== 0) continue;
      found.push(candidate);
      if (found.length === 2) return found;
    }
  }
  return found;
}

function keysOf(unit: CallUnit): readonly string[] {
  const facts = factsOf(unit);
  if (facts === undefined) return [];
  const { model, output, status } = facts;
  const reports = output === undefined ? `silent ${model} ${status}` : `output ${model} ${output}`;
  return [`${unit.idMask} ${reports}`, `${unit.idMask} ended ${model} ${status}`];
}

function factsOf(unit: CallUnit): { model: string; output: number | undefined; status: string } | undefined {
  const { reading } = unit.counted;
  const model = modelOf(reading);
  return model === undefined ? undefined : { model, output: reading.tokens.outputTokens, status: reading.status };
}
