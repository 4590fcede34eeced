/** Labels of spans and of evidence after inheritance. */
import type { Labels } from "../records.ts";
import type { Evidence } from "../settlement.ts";
import { completeLabels, inheritLabels } from "./join-labels.ts";
import type { SpanForest, SpanNode } from "./span-forest.ts";

/** Settled labels of every span: own ones, then those of the nearest ancestor that has them. */
export function settleLabels({ nodes }: SpanForest): ReadonlyMap<SpanNode, Labels> {
  const settled = new Map<SpanNode, Labels>();
  for (const node of nodes) {
    const above = node.parent === undefined ? undefined : settled.get(node.parent);
    settled.set(node, above === undefined ? node.span.labels : inheritLabels(node.span.labels, above));
  }
  return settled;
}

/** Labels of a piece of evidence: its own, beneath those of its span (a log record: of the span it was written in). */
export function evidenceLabels(evidence: Evidence, spanLabels: Labels | undefined): Labels {
  if (spanLabels === undefined) return evidence.labels;
  return evidence.source === "span"
    ? completeLabels(evidence.labels, spanLabels)
    : inheritLabels(evidence.labels, spanLabels);
}
