import type { DuckDBConnection } from "@duckdb/node-api";
import type { Batch, LogRecordRow, MetricPointRecord, SpanRecord } from "../../normalise/records.ts";
import type { Evidence, SpanSkeleton, Touched } from "../../normalise/settlement.ts";
import { type StoredEvidence, type StoredSpan, type TraceEntry, evidenceKeys } from "./cache.ts";
import type { HeartbeatRow, LiveRow } from "./ledger-tables.ts";
import { readKnownIds } from "./lookups.ts";
import type { LoaderMemory } from "./memory.ts";
import { logTime } from "./telemetry-tables.ts";

/** What a batch changes, and everything stored that it is connected with. */
export interface Gathered {
  /** Spans to insert, those included that replace a stored one. */
  readonly spans: readonly SpanRecord[];
  /** Stored spans that a later report of the same span replaces. */
  readonly replacedSpans: readonly StoredSpan[];
  readonly logs: readonly LogRecordRow[];
  readonly points: readonly MetricPointRecord[];
  readonly duplicates: number;
  readonly live: readonly LiveRow[];
  readonly heartbeats: readonly HeartbeatRow[];
  /** Traces whose spans are settled again. New spans are in already. */
  readonly settledTraces: ReadonlyMap<string, TraceEntry>;
  /** All traces that the batch or the evidence belongs to. */
  readonly traces: ReadonlyMap<string, TraceEntry>;
  readonly newEvidence: readonly Evidence[];
  /** Stored evidence of replaced spans; it goes. */
  readonly removedEvidence: readonly StoredEvidence[];
  /** Stored evidence that stays and is settled again. */
  readonly storedEvidence: readonly StoredEvidence[];
  /** Keys of all evidence here. */
  readonly evidenceKeys: ReadonlySet<string>;
  readonly touched: Touched;
}

/** Finds out what of the batch is new and what has to be settled again with it. Reads only; memory is updated. */
export async function gather(connection: DuckDBConnection, memory: LoaderMemory, batch: Batch): Promise<Gathered> {
  const logs = await newItems(
    connection,
    "logs",
    batch.logs,
    (record) => record.logId,
    (record) => record.log.timeUnixNano || record.log.observedTimeUnixNano || undefined,
  );
  const points = await newItems(
    connection,
    "metric_points",
    batch.metricPoints,
    (record) => record.pointId,
    (record) => record.timeUnixNano,
  );
  const candidates = bestOfEach(batch.spans);
  const logTraceIds = logs.flatMap(({ log }) => (log.traceId === "" ? [] : [log.traceId]));
  const batchTraceIds = [...Array.from(candidates.values(), ({ span }) => span.traceId), ...logTraceIds];
  const traces = new Map(await memory.traces(connection, batchTraceIds));

  const { spans, replacedSpans } = addSpans(traces, candidates);
  const newEvidence = [...spans.flatMap(spanEvidence), ...logs.flatMap(logEvidence)];
  const changedTraceIds = new Set([...spans.map(({ span }) => span.traceId), ...addLogs(traces, logs)]);
  const connected = await memory.connected(connection, [
    ...[...changedTraceIds].map((traceId) => `calls:${traceId}`),
    ...newEvidence.flatMap(evidenceKeys),
  ]);
  const removedEvidence: StoredEvidence[] = [];
  for (const { skeleton } of replacedSpans) {
    const stored = connected.evidence.get(spanEvidenceId(skeleton.traceId, skeleton.spanId));
    if (stored === undefined) continue;
    removedEvidence.push(stored);
    connected.evidence.delete(stored.evidence.evidenceId);
    memory.removeEvidence(stored.evidence);
  }
  const storedEvidence = [...connected.evidence.values()];
  const evidence = [...storedEvidence.map((stored) => stored.evidence), ...newEvidence];
  for (const { traceId } of evidence) if (traceId !== "") changedTraceIds.add(traceId);

  const settledTraces = await memory.traces(connection, changedTraceIds);
  for (const [traceId, entry] of settledTraces) traces.set(traceId, entry);
  const replacedOrSame = batch.spans.length - spans.length + replacedSpans.length;
  return {
    spans,
    replacedSpans,
    logs,
    points,
    duplicates: replacedOrSame + (batch.logs.length - logs.length) + (batch.metricPoints.length - points.length),
    live: addLive(traces, logs),
    heartbeats: heartbeats(logs),
    settledTraces,
    traces,
    newEvidence,
    removedEvidence,
    storedEvidence,
    evidenceKeys: connected.keys,
    touched: { spans: [...settledTraces].flatMap(skeletons), evidence },
  };
}

/** A log record takes part in settling as a leaf below the span that it was written in. */
const LOG_LEAF = "log:";

/** The log id of a leaf that stands for a log record, or undefined for a span. */
export function logOfLeaf(spanId: string): string | undefined {
  return spanId.startsWith(LOG_LEAF) ? spanId.slice(LOG_LEAF.length) : undefined;
}

function skeletons([traceId, entry]: readonly [string, TraceEntry]): readonly SpanSkeleton[] {
  const all = Array.from(entry.spans.values(), (stored) => stored.skeleton);
  for (const log of entry.logs.values()) {
    if (!entry.spans.has(log.spanId)) continue;
    all.push({
      traceId,
      spanId: `${LOG_LEAF}${log.logId}`,
      parentSpanId: log.spanId,
      operation: "other",
      startedUnixNano: log.atUnixNano,
      labels: log.own,
    });
  }
  return all;
}

async function newItems<Item>(
  connection: DuckDBConnection,
  table: "logs" | "metric_points",
  items: readonly Item[],
  idOf: (item: Item) => string,
  timeOf: (item: Item) => bigint | undefined,
): Promise<readonly Item[]> {
  const unique = new Map<string, Item>();
  for (const item of items) if (!unique.has(idOf(item))) unique.set(idOf(item), item);
  const known = await readKnownIds(
    connection,
    table,
    Array.from(unique, ([id, item]) => ({ id, unixNano: timeOf(item) })),
  );
  return Array.from(unique.values()).filter((item) => !known.has(idOf(item)));
}

/** One record per span: that with the greatest end, and among equals the first. */
function bestOfEach(records: readonly SpanRecord[]): ReadonlyMap<string, SpanRecord> {
  const best = new Map<string, SpanRecord>();
  for (const record of records) {
    const id = `${record.span.traceId}/${record.span.spanId}`;
    const other = best.get(id);
    if (other === undefined || record.span.endTimeUnixNano > other.span.endTimeUnixNano) best.set(id, record);
  }
  return best;
}

/** Puts the spans that are new, or later than the stored ones, into their traces. */
function addSpans(
  traces: ReadonlyMap<string, TraceEntry>,
  candidates: ReadonlyMap<string, SpanRecord>,
): { readonly spans: readonly SpanRecord[]; readonly replacedSpans: readonly StoredSpan[] } {
  const spans: SpanRecord[] = [];
  const replacedSpans: StoredSpan[] = [];
  for (const record of candidates.values()) {
    const { span, reading } = record;
    const entry = traces.get(span.traceId);
    const stored = entry?.spans.get(span.spanId);
    if (stored !== undefined && stored.endUnixNano >= span.endTimeUnixNano) continue;
    if (stored !== undefined) replacedSpans.push(stored);
    spans.push(record);
    entry?.spans.set(span.spanId, {
      skeleton: {
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        operation: reading.operation,
        startedUnixNano: span.startTimeUnixNano,
        labels: reading.labels,
      },
      endUnixNano: span.endTimeUnixNano,
      settled: reading.labels,
    });
  }
  return { spans, replacedSpans };
}

/** Puts new log records into their traces; returns the traces where one belongs to a span that is there. */
function addLogs(traces: ReadonlyMap<string, TraceEntry>, logs: readonly LogRecordRow[]): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const record of logs) {
    const { traceId, spanId } = record.log;
    const entry = traces.get(traceId);
    if (entry === undefined || spanId === "") continue;
    const own = record.reading.labels;
    entry.logs.set(record.logId, {
      logId: record.logId,
      spanId,
      own,
      atUnixNano: logTime(record),
      settled: own,
    });
    if (entry.spans.has(spanId)) changed.add(traceId);
  }
  return changed;
}

function spanEvidenceId(traceId: string, spanId: string): string {
  return `span:${traceId}/${spanId}`;
}

function spanEvidence({ origin, span, reading }: SpanRecord): readonly Evidence[] {
  if (reading.evidence === undefined) return [];
  return [
    {
      evidenceId: spanEvidenceId(span.traceId, span.spanId),
      dialect: reading.dialect,
      service: origin.service,
      traceId: span.traceId,
      spanId: span.spanId,
      source: "span",
      labels: reading.labels,
      reading: reading.evidence,
    },
  ];
}

function logEvidence({ origin, logId, log, reading }: LogRecordRow): readonly Evidence[] {
  if (reading.evidence === undefined) return [];
  return [
    {
      evidenceId: `log:${logId}`,
      dialect: reading.dialect,
      service: origin.service,
      traceId: log.traceId,
      spanId: log.spanId,
      source: "log",
      labels: reading.labels,
      reading: reading.evidence,
    },
  ];
}

function addLive(traces: ReadonlyMap<string, TraceEntry>, logs: readonly LogRecordRow[]): readonly LiveRow[] {
  const rows: LiveRow[] = [];
  for (const record of logs) {
    const { live } = record.reading;
    if (live?.type !== "started" || record.log.traceId === "" || record.log.spanId === "") continue;
    const known = traces.get(record.log.traceId)?.live;
    if (known === undefined || known.has(record.log.spanId)) continue;
    known.add(record.log.spanId);
    rows.push({ record, live });
  }
  return rows;
}

function heartbeats(logs: readonly LogRecordRow[]): readonly HeartbeatRow[] {
  const latest = new Map<string, bigint>();
  for (const record of logs) {
    const { runId } = record.reading.labels;
    if (record.reading.live?.type !== "heartbeat" || runId === undefined) continue;
    const seen = logTime(record);
    if (seen > (latest.get(runId) ?? -1n)) latest.set(runId, seen);
  }
  return Array.from(latest, ([runId, seenUnixNano]) => ({ runId, seenUnixNano }));
}
