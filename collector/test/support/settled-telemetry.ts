/** The pure path from OTLP/JSON to calls, without a store: decode, normalise, settle. */
import { decodeJson } from "../../src/decode/json.ts";
import type { Signal } from "../../src/decode/otlp.ts";
import { mergeBatches, normalise } from "../../src/normalise/normalise.ts";
import type { Batch } from "../../src/normalise/records.ts";
import { settle } from "../../src/normalise/settle/settle.ts";
import type { Evidence, ModelCall, Settlement, SpanSkeleton } from "../../src/normalise/settlement.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One value of an attribute, as a test writes it. */
export type Value = string | number | boolean | bigint | readonly string[];

/** One OTLP/JSON request. */
export interface Export {
  readonly signal: Signal;
  readonly body: { readonly [key: string]: Json };
}

/** Names of the three levels of an OTLP/JSON request. */
const LEVELS = {
  traces: ["resourceSpans", "scopeSpans", "spans"],
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
} as const satisfies Record<Signal, readonly [string, string, string]>;

interface Group {
  readonly [key: string]: Json;
}

/** The export of a request body, by the name of its list. */
export function exportOf(body: Export["body"]): Export {
  for (const signal of ["traces", "logs", "metrics"] as const) if (LEVELS[signal][0] in body) return { signal, body };
  throw new Error(`expected resourceSpans, resourceLogs or resourceMetrics, got ${Object.keys(body).join(", ")}`);
}

/** The same content with one span, record or metric a request. */
export function splitUp({ signal, body }: Export): readonly Export[] {
  const [resources, scopes, items] = LEVELS[signal];
  return groups(body, resources).flatMap((resource) =>
    groups(resource, scopes).flatMap((scope) =>
      groups(scope, items).map((item) => ({
        signal,
        body: { [resources]: [{ ...resource, [scopes]: [{ ...scope, [items]: [item] }] }] },
      })),
    ),
  );
}

/** One request of several of the same signal. */
export function joined(exports: readonly Export[]): Export {
  const [first] = exports;
  if (first === undefined) throw new Error("expected at least one export");
  const [resources] = LEVELS[first.signal];
  return { signal: first.signal, body: { [resources]: exports.flatMap(({ body }) => groups(body, resources)) } };
}

function groups(parent: Group, name: string): readonly Group[] {
  return (parent[name] ?? []) as readonly Group[];
}

/** The records of requests, in their order, each request received by itself. */
export function recordsOf(exports: readonly Export[]): Batch {
  return mergeBatches(
    exports.map(({ signal, body }, index) => {
      const request = decodeJson(signal, JSON.stringify(body));
      if (request.rejected > 0) throw new Error(request.reasons.join("; "));
      return normalise(request, BigInt(index));
    }),
  );
}

/** What requests mean together. */
export function settled(exports: readonly Export[]): Settlement {
  const batch = recordsOf(exports);
  return settle({ spans: skeletons(batch), evidence: evidence(batch) });
}

/** The calls that requests mean together. */
export function callsOf(exports: readonly Export[]): readonly ModelCall[] {
  return settled(exports).calls;
}

function skeletons({ spans }: Batch): readonly SpanSkeleton[] {
  return spans.map(({ span, reading }) => ({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    operation: reading.operation,
    startedUnixNano: span.startTimeUnixNano,
    labels: reading.labels,
  }));
}

function evidence({ spans, logs }: Batch): readonly Evidence[] {
  const found: Evidence[] = [];
  for (const { origin, span, reading } of spans) {
    if (reading.evidence === undefined) continue;
    found.push({
      evidenceId: `span:${span.traceId}/${span.spanId}`,
      dialect: reading.dialect,
      service: origin.service,
      traceId: span.traceId,
      spanId: span.spanId,
      source: "span",
      labels: reading.labels,
      reading: reading.evidence,
    });
  }
  for (const { origin, log, logId, reading } of logs) {
    if (reading.evidence === undefined) continue;
    found.push({
      evidenceId: `log:${logId}`,
      dialect: reading.dialect,
      service: origin.service,
      traceId: log.traceId,
      spanId: log.spanId,
      source: "log",
      labels: reading.labels,
      reading: reading.evidence,
    });
  }
  return found;
}

/** What a test states of a span. */
export interface StatedSpan {
  readonly scope: string;
  readonly spanId: string;
  readonly name?: string;
  readonly traceId?: string;
  readonly parentSpanId?: string;
  /** 0 unset, 1 ok, 2 error. */
  readonly status?: number;
  readonly attributes: { readonly [name: string]: Value };
}

/** A request with one span. */
export function spanExport(stated: StatedSpan): Export {
  const span = {
    traceId: stated.traceId ?? "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: stated.spanId,
    parentSpanId: stated.parentSpanId ?? "",
    name: stated.name ?? "span",
    kind: 3,
    startTimeUnixNano: "1795000001000000000",
    endTimeUnixNano: "1795000002000000000",
    attributes: Object.entries(stated.attributes).map(([key, value]) => ({ key, value: otlpValue(value) })),
    status: { code: stated.status ?? 1 },
  };
  return {
    signal: "traces",
    body: {
      resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: stated.scope }, spans: [span] }] }],
    },
  };
}

function otlpValue(value: Value): Json {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint") return { intValue: String(value) };
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } };
}
