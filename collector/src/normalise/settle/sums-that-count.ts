/**
 * Which sums over calls count. A sum counts only while nothing beneath it is known that it may be the sum of: a call, or
 * a smaller sum. If what is beneath reports no tokens at all and the sum does, the sum counts: else its tokens were lost.
 */
import type { Evidence } from "../settlement.ts";
import { hasTokens, usedTokens } from "./call-unit.ts";
import type { CallUnit } from "./call-unit.ts";
import type { SpanForest, SpanNode } from "./span-forest.ts";

const REPORTED = 1;
const WITH_TOKENS = 2;

/** The sums that make a row. */
export function sumsThatCount(units: readonly CallUnit[], forest: SpanForest): ReadonlySet<CallUnit> {
  const sums = units.filter((unit) => unit.scope === "aggregate");
  if (sums.length === 0) return new Set();

  const callsAt = new Map<SpanNode, number>();
  const sumsAt = new Map<SpanNode, number>();
  for (const unit of units) {
    const flags = unit.layers.flat().some(({ reading }) => hasTokens(reading.tokens))
      ? WITH_TOKENS | REPORTED
      : REPORTED;
    for (const item of placedEvidence(unit)) {
      const node = forest.find(item.traceId, item.spanId);
      if (node !== undefined) mark(unit.scope === "call" ? callsAt : sumsAt, node, flags);
    }
  }
  const inside = flagsInside(forest, callsAt, sumsAt);
  return new Set(sums.filter((sum) => counts(sum, inside, forest)));
}

/** What is reported in or beneath each span, the sums of the span itself left out. */
function flagsInside(
  forest: SpanForest,
  callsAt: ReadonlyMap<SpanNode, number>,
  sumsAt: ReadonlyMap<SpanNode, number>,
): ReadonlyMap<SpanNode, number> {
  const inside = new Map(callsAt);
  for (const node of forest.nodes.toReversed()) {
    const flags = (inside.get(node) ?? 0) | (sumsAt.get(node) ?? 0);
    if (node.parent !== undefined && flags !== 0) mark(inside, node.parent, flags);
  }
  return inside;
}

function counts(sum: CallUnit, inside: ReadonlyMap<SpanNode, number>, forest: SpanForest): boolean {
  let flags = 0;
  for (const item of placedEvidence(sum)) {
    const node = forest.find(item.traceId, item.spanId);
    if (node !== undefined) flags |= inside.get(node) ?? 0;
  }
  if (flags === 0) return true;
  return (flags & WITH_TOKENS) === 0 && sum.layers.flat().some(({ reading }) => usedTokens(reading.tokens));
}

/**
 * The evidence that says where a unit is in its tree. A log record of a call stands in for it only when no span reports
 * it: a record may be written far above the call's own span.
 */
function placedEvidence(unit: CallUnit): readonly Evidence[] {
  const all = unit.layers.flat();
  const spans = all.filter((item) => item.source === "span");
  return spans.length > 0 ? spans : all;
}

function mark(flags: Map<SpanNode, number>, node: SpanNode, more: number): void {
  flags.set(node, (flags.get(node) ?? 0) | more);
}
