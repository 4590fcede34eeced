/**
 * Decides what all evidence that was gathered together means: which labels every span ends up with, which reports are
 * about the same call, what that call was and what it costs.
 *
 * Pure, and independent of the order and the repetition of its input: the first step brings everything into one order.
 * Takes time linear in the input, but for sorting.
 */
import { priceOf } from "@phasewise/providers";
import type { Labels } from "../records.ts";
import type { ModelCall, PriceCall, Settle, SettledSpan, Settlement, Touched } from "../settlement.ts";
import type { CallUnit } from "./call-unit.ts";
import { compareText, distinctEvidence } from "./canonical-order.ts";
import { groupEvidence } from "./group-evidence.ts";
import { callKeyOf, mergeCall } from "./merge-call.ts";
import type { LabelsOfPlace } from "./merge-call.ts";
import { createPriceCall } from "./price-call.ts";
import { settleLabels } from "./settle-labels.ts";
import { growForest } from "./span-forest.ts";
import type { SpanNode } from "./span-forest.ts";
import { sumsThatCount } from "./sums-that-count.ts";
import { takeInWrappers } from "./take-in-wrappers.ts";

/** The rules of settling by the list prices; see `Settle` for what is promised. */
export const settle: Settle = createSettle(createPriceCall(priceOf));

/** The rules of settling, with calls priced by `priceCall`. */
export function createSettle(priceCall: PriceCall): Settle {
  return (touched) => settleBy(touched, priceCall);
}

function settleBy(touched: Touched, priceCall: PriceCall): Settlement {
  const evidence = distinctEvidence(touched.evidence);
  const forest = growForest(touched.spans);
  const labels = settleLabels(forest);
  const labelsOf: LabelsOfPlace = ({ traceId, spanId }) => {
    const node = forest.find(traceId, spanId);
    return node === undefined ? undefined : labels.get(node);
  };

  const groups = groupEvidence(evidence, forest);
  takeInWrappers(groups, forest);
  const units = groups.filter((unit) => unit.takenInBy === undefined);
  const counting = sumsThatCount(units, forest);
  const rows = units.filter((unit) => unit.scope === "call" || counting.has(unit));

  return {
    spans: forest.nodes.map((node) => settledSpan(node, labels)),
    calls: rows.map((unit) => mergeCall(unit, labelsOf, priceCall)).sort(byKey),
    evidence: assignments(units, new Set(rows)),
  };
}

function settledSpan(node: SpanNode, labels: ReadonlyMap<SpanNode, Labels>): SettledSpan {
  const { traceId, spanId, labels: own } = node.span;
  return { traceId, spanId, labels: labels.get(node) ?? own };
}

/** A sum that does not count makes no row; its evidence keeps the key that the row would have. */
function assignments(units: readonly CallUnit[], rows: ReadonlySet<CallUnit>): Settlement["evidence"] {
  const assigned: [string, { readonly callKey: string; readonly counted: boolean }][] = [];
  for (const unit of units) {
    const callKey = callKeyOf(unit);
    const counted = rows.has(unit) ? unit.counted : undefined;
    for (const item of unit.layers.flat()) {
      assigned.push([item.evidenceId, { callKey, counted: item === counted }]);
    }
  }
  return new Map(assigned.sort(([left], [right]) => compareText(left, right)));
}

function byKey(left: ModelCall, right: ModelCall): number {
  return compareText(left.callKey, right.callKey);
}
