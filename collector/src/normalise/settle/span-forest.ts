/** The spans of all traces as trees, parents before children. */
import type { SpanSkeleton } from "../settlement.ts";
import { compareText, sameEveryTime } from "./canonical-order.ts";

/** A span in its tree. */
export interface SpanNode {
  readonly span: SpanSkeleton;
  /** Undefined for a root: no parent stated, parent not here, or the span is its own ancestor. */
  readonly parent: SpanNode | undefined;
  /** Number of ancestors. */
  readonly depth: number;
}

/** All trees. */
export interface SpanForest {
  /** Every span once, each after its parent; else by trace id and span id. */
  readonly nodes: readonly SpanNode[];
  find(traceId: string, spanId: string): SpanNode | undefined;
}

/**
 * The trees that parent ids make. Spans that are their own ancestors have no parent each, so that it does not matter
 * where one enters the circle. Of two different reports of one span the same one wins every time.
 */
export function growForest(spans: readonly SpanSkeleton[]): SpanForest {
  const spansByTrace = new Map<string, Map<string, SpanSkeleton>>();
  for (const span of spans) {
    let trace = spansByTrace.get(span.traceId);
    if (trace === undefined) spansByTrace.set(span.traceId, (trace = new Map()));
    trace.set(span.spanId, sameEveryTime(trace.get(span.spanId), span));
  }

  const nodes: SpanNode[] = [];
  const byTrace = new Map<string, ReadonlyMap<string, SpanNode>>();
  for (const traceId of [...spansByTrace.keys()].sort(compareText)) {
    const tree = growTrace(spansByTrace.get(traceId) ?? new Map());
    byTrace.set(traceId, tree);
    for (const node of tree.values()) nodes.push(node);
  }
  return { nodes, find: (traceId, spanId) => byTrace.get(traceId)?.get(spanId) };
}

/** The nodes of a trace by span id, parents first. */
function growTrace(spans: ReadonlyMap<string, SpanSkeleton>): Map<string, SpanNode> {
  const nodes = new Map<string, SpanNode>();
  const path: SpanSkeleton[] = [];
  const onPath = new Map<string, number>();
  for (const spanId of [...spans.keys()].sort(compareText)) {
    let circleFrom = Infinity;
    let span = spans.get(spanId);
    while (span !== undefined && !nodes.has(span.spanId)) {
      const seenAt = onPath.get(span.spanId);
      if (seenAt !== undefined) {
        circleFrom = seenAt;
        break;
      }
      onPath.set(span.spanId, path.length);
      path.push(span);
      span = spans.get(span.parentSpanId);
    }
    for (let index = path.length - 1; index >= 0; index--) {
      const next = path[index];
      if (next === undefined) continue;
      const parent = index >= circleFrom ? undefined : nodes.get(next.parentSpanId);
      nodes.set(next.spanId, { span: next, parent, depth: parent === undefined ? 0 : parent.depth + 1 });
    }
    path.length = 0;
    onPath.clear();
  }
  return nodes;
}
