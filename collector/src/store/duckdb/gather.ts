import type { DuckDBConnection } from "@duckdb/node-api";
import type { Batch, CallReading, LogRecordRow, MetricPointRecord, SpanRecord } from "../../normalise/records.ts";
import type { Evidence, SpanSkeleton, Touched } from "../../normalise/settlement.ts";
import { type StoredEvidence, type StoredLog, type StoredSpan, type TraceEntry, evidenceKeys } from "./cache.ts";
import type { HeartbeatRow, LiveRow } from "./ledger-tables.ts";
import { readKnownIds } from "./lookups.ts";
import type { LoaderMemory } from "./memory.ts";
import { logTime } from "./telemetry-tables.ts";

/** A span whose start is in `live_spans`. */
export interface EndedLive {
  readonly traceId: string;
  readonly spanId: string;
}

/** What a batch changes, and everything stored that it is connected with. */
export interface Gathered {
  /** Spans to insert, those included that replace a stored one. */
  readonly spans: readonly SpanRecord[];
  /** The same as they are in their traces, at the same places. */
  readonly newSpans: readonly StoredSpan[];
  /** Stored spans that a later report of the same span replaces. */
  readonly replacedSpans: readonly StoredSpan[];
  readonly logs: readonly LogRecordRow[];
  /** Those of them that belong to a span, as they are in their traces. */
  readonly newLogs: ReadonlySet<StoredLog>;
  readonly points: readonly MetricPointRecord[];
  readonly duplicates: number;
  readonly live: readonly LiveRow[];
  /** Spans that were known to have begun, and have ended now. */
  readonly endedLive: readonly EndedLive[];
  /** Ids of runs that have ended now. */
  readonly endedRuns: readonly string[];
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
  const batchTraceIds = new Set<string>();
  for (const { span } of batch.spans) batchTraceIds.add(span.traceId);
  for (const { log } of logs) if (log.traceId !== "") batchTraceIds.add(log.traceId);
  const traces = new Map(await memory.traces(connection, batchTraceIds));

  const { spans, newSpans, replacedSpans } = addSpans(traces, batch.spans);
  const { newLogs, changedTraceIds } = addLogs(traces, logs);
  const newEvidence: Evidence[] = [];
  for (const record of spans) {
    changedTraceIds.add(record.span.traceId);
    if (record.reading.evidence !== undefined) newEvidence.push(spanEvidence(record, record.reading.evidence));
  }
  for (const record of logs) {
    if (record.reading.evidence !== undefined) newEvidence.push(logEvidence(record, record.reading.evidence));
  }
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
  const endedRuns = runsThatEnded(spans);
  const replacedOrSame = batch.spans.length - spans.length + replacedSpans.length;
  return {
    spans,
    newSpans,
    replacedSpans,
    logs,
    newLogs,
    points,
    duplicates: replacedOrSame + (batch.logs.length - logs.length) + (batch.metricPoints.length - points.length),
    endedLive: takeEndedLive(settledTraces),
    endedRuns: [...endedRuns],
    live: addLive(traces, [...logs.flatMap(liveOfLog), ...spans.flatMap(liveOfSpan)]),
    heartbeats: heartbeats(logs, endedRuns),
    settledTraces,
    traces,
    newEvidence,
    removedEvidence,
    storedEvidence,
    evidenceKeys: connected.keys,
    touched: { spans: skeletons(settledTraces), evidence },
  };
}

/** A log record takes part in settling as a leaf below the span that it was written in. */
const LOG_LEAF = "log:";

/** The log id of a leaf that stands for a log record, or undefined for a span. */
export function logOfLeaf(spanId: string): string | undefined {
  return spanId.startsWith(LOG_LEAF) ? spanId.slice(LOG_LEAF.length) : undefined;
}

function skeletons(traces: ReadonlyMap<string, TraceEntry>): readonly SpanSkeleton[] {
  const all: SpanSkeleton[] = [];
  for (const [traceId, entry] of traces) {
    for (const stored of entry.spans.values()) all.push(stored.skeleton);
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

/**
 * Puts the spans that are new, or later than those known, into their traces. Of several reports of one span that with the
 * greatest end stays, and among equals the first.
 */
function addSpans(
  traces: ReadonlyMap<string, TraceEntry>,
  records: readonly SpanRecord[],
): Pick<Gathered, "spans" | "newSpans" | "replacedSpans"> {
  const added = new Map<StoredSpan, SpanRecord>();
  const replacedSpans: StoredSpan[] = [];
  for (const record of records) {
    const { span, reading } = record;
    const entry = traces.get(span.traceId);
    const known = entry?.spans.get(span.spanId);
    if (known !== undefined) {
      if (known.endUnixNano >= span.endTimeUnixNano) continue;
      if (!added.delete(known)) replacedSpans.push(known);
    }
    const stored: StoredSpan = {
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
    };
    entry?.spans.set(span.spanId, stored);
    added.set(stored, record);
  }
  return { spans: [...added.values()], newSpans: [...added.keys()], replacedSpans };
}

/** Puts new log records into their traces; tells the traces where one belongs to a span that is there. */
function addLogs(
  traces: ReadonlyMap<string, TraceEntry>,
  logs: readonly LogRecordRow[],
): { readonly newLogs: ReadonlySet<StoredLog>; readonly changedTraceIds: Set<string> } {
  const newLogs = new Set<StoredLog>();
  const changedTraceIds = new Set<string>();
  for (const record of logs) {
    const { traceId, spanId } = record.log;
    const entry = traces.get(traceId);
    if (entry === undefined || spanId === "") continue;
    const own = record.reading.labels;
    const stored: StoredLog = { logId: record.logId, spanId, own, atUnixNano: logTime(record), settled: own };
    entry.logs.set(record.logId, stored);
    newLogs.add(stored);
    if (entry.spans.has(spanId)) changedTraceIds.add(traceId);
  }
  return { newLogs, changedTraceIds };
}

function spanEvidenceId(traceId: string, spanId: string): string {
  return `span:${traceId}/${spanId}`;
}

function spanEvidence({ origin, span, reading: { dialect, labels } }: SpanRecord, reading: CallReading): Evidence {
  return {
    evidenceId: spanEvidenceId(span.traceId, span.spanId),
    dialect,
    service: origin.service,
    traceId: span.traceId,
    spanId: span.spanId,
    source: "span",
    labels,
    reading,
  };
}

function logEvidence(
  { origin, logId, log, reading: { dialect, labels } }: LogRecordRow,
  reading: CallReading,
): Evidence {
  return {
    evidenceId: `log:${logId}`,
    dialect,
    service: origin.service,
    traceId: log.traceId,
    spanId: log.spanId,
    source: "log",
    labels,
    reading,
  };
}

function takeEndedLive(traces: ReadonlyMap<string, TraceEntry>): readonly EndedLive[] {
  const ended: EndedLive[] = [];
  for (const [traceId, { live, spans }] of traces) {
    for (const spanId of live) {
      if (!spans.has(spanId)) continue;
      live.delete(spanId);
      ended.push({ traceId, spanId });
    }
  }
  return ended;
}

function runsThatEnded(spans: readonly SpanRecord[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { reading } of spans) {
    if (reading.operation === "run" && reading.labels.runId !== undefined) ids.add(reading.labels.runId);
  }
  return ids;
}

function liveOfLog(record: LogRecordRow): readonly LiveRow[] {
  const { traceId, spanId } = record.log;
  const { labels, live } = record.reading;
  if (live?.type !== "started" || traceId === "" || spanId === "") return [];
  return [{ traceId, spanId, startedUnixNano: logTime(record), service: record.origin.service, labels, live }];
}

function liveOfSpan({ origin, span, reading: { labels, announces } }: SpanRecord): readonly LiveRow[] {
  if (announces === undefined) return [];
  const { traceId, startTimeUnixNano: startedUnixNano } = span;
  const { spanId, live } = announces;
  return [{ traceId, spanId, startedUnixNano, service: origin.service, labels, live }];
}

/** Keeps those that are not known to be open and have not ended: the word of the start may come after the span itself. */
function addLive(traces: ReadonlyMap<string, TraceEntry>, announced: readonly LiveRow[]): readonly LiveRow[] {
  return announced.filter(({ traceId, spanId }) => {
    const entry = traces.get(traceId);
    if (entry === undefined || entry.live.has(spanId) || entry.spans.has(spanId)) return false;
    entry.live.add(spanId);
    return true;
  });
}

function heartbeats(logs: readonly LogRecordRow[], endedRuns: ReadonlySet<string>): readonly HeartbeatRow[] {
  const latest = new Map<string, bigint>();
  for (const record of logs) {
    const { runId } = record.reading.labels;
    if (record.reading.live?.type !== "heartbeat" || runId === undefined || endedRuns.has(runId)) continue;
    const seen = logTime(record);
    if (seen > (latest.get(runId) ?? -1n)) latest.set(runId, seen);
  }
  return Array.from(latest, ([runId, seenUnixNano]) => ({ runId, seenUnixNano }));
}
