/** From decoded OTLP to canonical records: reads every item with the dialect that recognises it, drops none. Pure. */
import { ATTR_SERVICE_NAME } from "@phasewise/semconv";
import type { DecodedRequest, Envelope, LogRecord, Resource, Scope, Span } from "../decode/otlp.ts";
import { readText } from "./attribute-bag.ts";
import { logIdOf, resourceIdOf, scopeIdOf } from "./content-hash.ts";
import { dialectOfSpan, readLog } from "./dialects/registry.ts";
import { toMetricPoints } from "./metric-points.ts";
import { withOutcomeNotes } from "./outcome-notes.ts";
import { readOwnFacts } from "./own-facts.ts";
import type { Batch, LogRecordRow, MetricPointRecord, Origin, SpanReading, SpanRecord } from "./records.ts";

/** The records of one request. The same request always gives the same records, ids included. */
export function normalise(request: DecodedRequest, receivedUnixNano: bigint): Batch {
  const originOf = originReader(receivedUnixNano);
  switch (request.signal) {
    case "traces":
      return { ...EMPTY, spans: toSpans(request.envelopes, originOf) };
    case "logs":
      return { ...EMPTY, logs: toLogs(request.envelopes, originOf) };
    case "metrics": {
      const metricPoints: MetricPointRecord[] = [];
      for (const envelope of request.envelopes) {
        const origin = originOf(envelope);
        for (const metric of envelope.items) metricPoints.push(...toMetricPoints(metric, origin));
      }
      return { ...EMPTY, metricPoints };
    }
    default:
      return request satisfies never;
  }
}

/** One batch of many, in their order. Nothing is merged away: the store sees to items that came twice. */
export function mergeBatches(batches: readonly Batch[]): Batch {
  const [only] = batches;
  if (batches.length === 1 && only !== undefined) return only;
  return {
    spans: batches.flatMap((batch) => batch.spans),
    logs: batches.flatMap((batch) => batch.logs),
    metricPoints: batches.flatMap((batch) => batch.metricPoints),
  };
}

const EMPTY: Batch = { spans: [], logs: [], metricPoints: [] };

type OriginReader = (envelope: Envelope<unknown>) => Origin;

/** Resources and scopes are hashed once per request, however many envelopes share them. */
function originReader(receivedUnixNano: bigint): OriginReader {
  const resourceIds = new Map<Resource, string>();
  const scopeIds = new Map<Scope, string>();
  return ({ resource, scope }) => ({
    resourceId: once(resourceIds, resource, resourceIdOf),
    scopeId: once(scopeIds, scope, scopeIdOf),
    resource,
    scope,
    service: readText(resource.attributes, ATTR_SERVICE_NAME),
    receivedUnixNano,
  });
}

function once<Key, Value>(known: Map<Key, Value>, key: Key, make: (key: Key) => Value): Value {
  const value = known.get(key) ?? make(key);
  known.set(key, value);
  return value;
}

function toSpans(envelopes: readonly Envelope<Span>[], originOf: OriginReader): SpanRecord[] {
  const records: SpanRecord[] = [];
  for (const envelope of envelopes) {
    const origin = originOf(envelope);
    for (const span of envelope.items) records.push({ origin, span, reading: readSpan(span, origin) });
  }
  return records;
}

/** Every reading has its fields in the same order, which keeps the objects of one shape and the loop fast. */
function readSpan(span: Span, origin: Origin): SpanReading {
  const dialect = dialectOfSpan(span, origin);
  const own = dialect.readSpan(span, origin);
  const facts = readOwnFacts(span.attributes, origin.resource);
  return {
    dialect: dialect.id,
    operation: own.operation,
    labels: own.labels,
    errorType: own.errorType,
    errorMessage: own.errorMessage,
    toolName: own.toolName,
    toolCallId: own.toolCallId,
    mcpServer: own.mcpServer,
    agentVersion: own.agentVersion ?? facts.agentVersion,
    runNumber: own.runNumber ?? facts.runNumber,
    runTrigger: own.runTrigger ?? facts.runTrigger,
    runStatus: own.runStatus ?? facts.runStatus,
    taskType: own.taskType ?? facts.taskType,
    gitCommit: own.gitCommit ?? facts.gitCommit,
    category: own.category ?? facts.category,
    success: own.success ?? facts.success,
    confidence: own.confidence ?? facts.confidence,
    evidence: own.evidence && withOutcomeNotes(own.evidence),
    announces: own.announces,
  };
}

function toLogs(envelopes: readonly Envelope<LogRecord>[], originOf: OriginReader): LogRecordRow[] {
  const records: LogRecordRow[] = [];
  const occurrences = new Map<string, number>();
  for (const envelope of envelopes) {
    const origin = originOf(envelope);
    for (const log of envelope.items) {
      const contentId = logIdOf(log, origin, 0);
      const occurrence = occurrences.get(contentId) ?? 0;
      occurrences.set(contentId, occurrence + 1);
      const logId = occurrence === 0 ? contentId : logIdOf(log, origin, occurrence);
      const reading = readLog(log, origin);
      const { evidence } = reading;
      const noted = evidence === undefined ? reading : { ...reading, evidence: withOutcomeNotes(evidence) };
      records.push({ origin, logId, log, reading: noted });
    }
  }
  return records;
}
