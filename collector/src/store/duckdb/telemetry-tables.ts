/** The lossless telemetry tables, column for column as in `sql/duckdb/migrations/0001_telemetry.sql`. */
import type { SpanEvent, SpanLink } from "../../decode/otlp.ts";
import type { Labels, LogRecordRow, MetricPointRecord, Origin, SpanRecord } from "../../normalise/records.ts";
import type { Table } from "./appending.ts";
import { attributeMaps } from "./attribute-columns.ts";
import { anyValueText, keyValuesText } from "./attributes.ts";
import {
  double,
  flag,
  int32,
  int64,
  optionalText,
  text,
  timestamp,
  uint16,
  uint32,
  uint64,
  uniqueText,
} from "./columns.ts";
import { labelColumns, ownLabelBits } from "./labels.ts";

/** A span with its settled labels. */
export interface SpanRow {
  readonly record: SpanRecord;
  readonly labels: Labels;
}

/** A log record with its settled labels. */
export interface LogRow {
  readonly record: LogRecordRow;
  readonly labels: Labels;
}

interface SpanPartRow<Part> {
  readonly traceId: string;
  readonly spanId: string;
  readonly index: number;
  readonly part: Part;
}

const SPAN_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const SPAN_STATUSES = ["unset", "ok", "error"];

/** Milliseconds between two times; undefined when they cannot be a duration. */
export function durationMs(startUnixNano: bigint, endUnixNano: bigint): number | undefined {
  if (startUnixNano === 0n || endUnixNano < startUnixNano) return undefined;
  return Number(endUnixNano - startUnixNano) / 1e6;
}

/** When a log record happened: its own time, else when it was observed, else when it was received. */
export function logTime(record: LogRecordRow): bigint {
  return record.log.timeUnixNano || record.log.observedTimeUnixNano || record.origin.receivedUnixNano;
}

export const SPANS: Table<SpanRow> = {
  name: "spans",
  columns: [
    text("trace_id", (row) => row.record.span.traceId),
    uniqueText("span_id", (row) => row.record.span.spanId),
    optionalText("parent_span_id", (row) => row.record.span.parentSpanId),
    text("trace_state", (row) => row.record.span.traceState),
    uint32("flags", (row) => row.record.span.flags),
    text("name", (row) => row.record.span.name),
    text("kind", (row) => SPAN_KINDS[row.record.span.kind] ?? String(row.record.span.kind)),
    timestamp("started_at", (row) => row.record.span.startTimeUnixNano),
    timestamp("ended_at", (row) => row.record.span.endTimeUnixNano),
    uint64("start_unix_nano", (row) => row.record.span.startTimeUnixNano),
    uint64("end_unix_nano", (row) => row.record.span.endTimeUnixNano),
    double("duration_ms", ({ record: { span } }) => durationMs(span.startTimeUnixNano, span.endTimeUnixNano)),
    text("status", (row) => SPAN_STATUSES[row.record.span.statusCode] ?? String(row.record.span.statusCode)),
    text("status_message", (row) => row.record.span.statusMessage),
    uint32("dropped_attributes_count", (row) => row.record.span.droppedAttributesCount),
    uint32("dropped_events_count", (row) => row.record.span.droppedEventsCount),
    uint32("dropped_links_count", (row) => row.record.span.droppedLinksCount),
    text("resource_id", (row) => row.record.origin.resourceId),
    text("scope_id", (row) => row.record.origin.scopeId),
    text("service", (row) => row.record.origin.service),
    timestamp("received_at", (row) => row.record.origin.receivedUnixNano),
    text("dialect", (row) => row.record.reading.dialect),
    text("operation", (row) => row.record.reading.operation),
    ...labelColumns<SpanRow>((row) => row.labels),
    uint16("own_labels", (row) => ownLabelBits(row.record.reading.labels)),
    text("error_type", (row) => row.record.reading.errorType),
    text("error_message", (row) => row.record.reading.errorMessage),
    text("tool_name", (row) => row.record.reading.toolName),
    text("tool_call_id", (row) => row.record.reading.toolCallId),
    text("mcp_server", (row) => row.record.reading.mcpServer),
    text("agent_version", (row) => row.record.reading.agentVersion),
    int32("run_number", (row) => row.record.reading.runNumber),
    text("run_trigger", (row) => row.record.reading.runTrigger),
    text("run_status", (row) => row.record.reading.runStatus),
    text("task_type", (row) => row.record.reading.taskType),
    text("git_commit", (row) => row.record.reading.gitCommit),
    text("category", (row) => row.record.reading.category),
    flag("success", (row) => row.record.reading.success),
    double("confidence", (row) => row.record.reading.confidence),
    ...attributeMaps<SpanRow>((row) => row.record.span.attributes),
  ],
};

export const SPAN_EVENTS: Table<SpanPartRow<SpanEvent>> = {
  name: "span_events",
  columns: [
    text("trace_id", (row) => row.traceId),
    text("span_id", (row) => row.spanId),
    int32("event_index", (row) => row.index),
    timestamp("occurred_at", (row) => row.part.timeUnixNano),
    uint64("time_unix_nano", (row) => row.part.timeUnixNano),
    text("name", (row) => row.part.name),
    uint32("dropped_attributes_count", (row) => row.part.droppedAttributesCount),
    ...attributeMaps<SpanPartRow<SpanEvent>>((row) => row.part.attributes),
  ],
};

export const SPAN_LINKS: Table<SpanPartRow<SpanLink>> = {
  name: "span_links",
  columns: [
    text("trace_id", (row) => row.traceId),
    text("span_id", (row) => row.spanId),
    int32("link_index", (row) => row.index),
    text("linked_trace_id", (row) => row.part.traceId),
    text("linked_span_id", (row) => row.part.spanId),
    text("trace_state", (row) => row.part.traceState),
    uint32("flags", (row) => row.part.flags),
    uint32("dropped_attributes_count", (row) => row.part.droppedAttributesCount),
    ...attributeMaps<SpanPartRow<SpanLink>>((row) => row.part.attributes),
  ],
};

export const LOGS: Table<LogRow> = {
  name: "logs",
  columns: [
    uniqueText("log_id", (row) => row.record.logId),
    timestamp("recorded_at", (row) => logTime(row.record)),
    uint64("time_unix_nano", (row) => row.record.log.timeUnixNano),
    uint64("observed_time_unix_nano", (row) => row.record.log.observedTimeUnixNano),
    int32("severity_number", (row) => row.record.log.severityNumber),
    text("severity_text", (row) => row.record.log.severityText),
    optionalText("event_name", (row) => row.record.log.eventName),
    text("body_text", ({ record: { log } }) => (typeof log.body === "string" ? log.body : undefined)),
    text("body_json", ({ record: { log } }) =>
      log.body === undefined || typeof log.body === "string" ? undefined : anyValueText(log.body),
    ),
    uint32("dropped_attributes_count", (row) => row.record.log.droppedAttributesCount),
    uint32("flags", (row) => row.record.log.flags),
    optionalText("trace_id", (row) => row.record.log.traceId),
    optionalText("span_id", (row) => row.record.log.spanId),
    text("resource_id", (row) => row.record.origin.resourceId),
    text("scope_id", (row) => row.record.origin.scopeId),
    text("service", (row) => row.record.origin.service),
    timestamp("received_at", (row) => row.record.origin.receivedUnixNano),
    text("dialect", (row) => row.record.reading.dialect),
    ...labelColumns<LogRow>((row) => row.labels),
    uint16("own_labels", (row) => ownLabelBits(row.record.reading.labels)),
    ...attributeMaps<LogRow>((row) => row.record.log.attributes),
  ],
};

export const METRIC_POINTS: Table<MetricPointRecord> = {
  name: "metric_points",
  columns: [
    uniqueText("point_id", (record) => record.pointId),
    text("metric_name", (record) => record.metricName),
    text("description", (record) => record.description),
    text("unit", (record) => record.unit),
    text("type", (record) => record.type),
    text("temporality", (record) => record.temporality),
    flag("monotonic", (record) => record.monotonic),
    timestamp("measured_at", (record) => record.timeUnixNano),
    uint64("start_unix_nano", (record) => record.startUnixNano),
    uint64("time_unix_nano", (record) => record.timeUnixNano),
    uint32("flags", (record) => record.flags),
    int64("value_int", (record) => record.valueInt),
    double("value_double", (record) => record.valueDouble),
    uint64("count", (record) => record.count),
    double("sum", (record) => record.sum),
    double("min", (record) => record.min),
    double("max", (record) => record.max),
    text("detail_json", (record) => record.detailJson),
    text("metadata_json", (record) => (record.metadata.size === 0 ? undefined : keyValuesText(record.metadata))),
    text("resource_id", (record) => record.origin.resourceId),
    text("scope_id", (record) => record.origin.scopeId),
    text("service", (record) => record.origin.service),
    timestamp("received_at", (record) => record.origin.receivedUnixNano),
    ...attributeMaps<MetricPointRecord>((record) => record.attributes),
  ],
};

export const RESOURCES: Table<Origin> = {
  name: "resources",
  columns: [
    text("resource_id", (origin) => origin.resourceId),
    text("service", (origin) => origin.service),
    text("schema_url", (origin) => origin.resource.schemaUrl),
    uint32("dropped_attributes_count", (origin) => origin.resource.droppedAttributesCount),
    ...attributeMaps<Origin>((origin) => origin.resource.attributes),
    timestamp("first_seen_at", (origin) => origin.receivedUnixNano),
  ],
};

export const SCOPES: Table<Origin> = {
  name: "scopes",
  columns: [
    text("scope_id", (origin) => origin.scopeId),
    text("name", (origin) => origin.scope.name),
    text("version", (origin) => origin.scope.version),
    text("schema_url", (origin) => origin.scope.schemaUrl),
    uint32("dropped_attributes_count", (origin) => origin.scope.droppedAttributesCount),
    ...attributeMaps<Origin>((origin) => origin.scope.attributes),
    timestamp("first_seen_at", (origin) => origin.receivedUnixNano),
  ],
};

/** Rows of the events of spans. */
export function eventRows(spans: readonly SpanRecord[]): readonly SpanPartRow<SpanEvent>[] {
  return spans.flatMap(({ span }) => partRows(span.traceId, span.spanId, span.events));
}

/** Rows of the links of spans. */
export function linkRows(spans: readonly SpanRecord[]): readonly SpanPartRow<SpanLink>[] {
  return spans.flatMap(({ span }) => partRows(span.traceId, span.spanId, span.links));
}

function partRows<Part>(traceId: string, spanId: string, parts: readonly Part[]): readonly SpanPartRow<Part>[] {
  return parts.map((part, index) => ({ traceId, spanId, index, part }));
}
