/**
 * Every field of the OTLP messages is decoded and has a column, or a written reason. That the columns hold what was
 * decoded, for requests that use every field, is what `round-trip.test.ts` proves.
 */
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decode } from "../src/decode/decode.ts";
import type { Signal } from "../src/decode/otlp.ts";
import { encodeProtobuf } from "../src/decode/test-support/proto.ts";
import { fullLogs, fullMetrics, fullTraces } from "../src/decode/test-support/requests.ts";
import { plainRequest } from "./support/otlp-rows.ts";
import { type SqlDatabase, openSqlDatabase } from "./support/sql-database.ts";

/** Where each field is: `table.column`, several where it is spread; or a reason why it needs none. */
type Place = string | { readonly reason: string };

const ENVELOPE: Place = { reason: "only holds the items; each item's row names its resource and scope" };
const maps = (table: string): string =>
  ["text", "int", "double", "bool", "json"].map((type) => `${table}.attributes_${type}`).join(" ");
const DETAIL = "metric_points.detail_json";
const EXEMPLAR = DETAIL;
const POINT = {
  attributes: maps("metric_points"),
  startTimeUnixNano: "metric_points.start_unix_nano",
  timeUnixNano: "metric_points.time_unix_nano",
  flags: "metric_points.flags",
};
const ANY_VALUE = maps("spans");

const PLACES: Readonly<Record<string, Readonly<Record<string, Place>>>> = {
  AnyValue: {
    stringValue: "spans.attributes_text logs.body_text",
    boolValue: "spans.attributes_bool",
    intValue: "spans.attributes_int",
    doubleValue: "spans.attributes_double",
    arrayValue: "spans.attributes_json",
    kvlistValue: "spans.attributes_json logs.body_json",
    bytesValue: "spans.attributes_json",
  },
  ArrayValue: { values: "spans.attributes_json" },
  KeyValueList: { values: "spans.attributes_json" },
  KeyValue: { key: ANY_VALUE, value: ANY_VALUE },
  InstrumentationScope: {
    name: "scopes.name",
    version: "scopes.version",
    attributes: maps("scopes"),
    droppedAttributesCount: "scopes.dropped_attributes_count",
  },
  Resource: { attributes: maps("resources"), droppedAttributesCount: "resources.dropped_attributes_count" },
  ExportTraceServiceRequest: { resourceSpans: ENVELOPE },
  ResourceSpans: { resource: "spans.resource_id", scopeSpans: ENVELOPE, schemaUrl: "resources.schema_url" },
  ScopeSpans: { scope: "spans.scope_id", spans: "spans.span_id", schemaUrl: "scopes.schema_url" },
  Span: {
    traceId: "spans.trace_id",
    spanId: "spans.span_id",
    traceState: "spans.trace_state",
    parentSpanId: "spans.parent_span_id",
    flags: "spans.flags",
    name: "spans.name",
    kind: "spans.kind",
    startTimeUnixNano: "spans.start_unix_nano",
    endTimeUnixNano: "spans.end_unix_nano",
    attributes: maps("spans"),
    droppedAttributesCount: "spans.dropped_attributes_count",
    events: "span_events.event_index",
    droppedEventsCount: "spans.dropped_events_count",
    links: "span_links.link_index",
    droppedLinksCount: "spans.dropped_links_count",
    status: "spans.status spans.status_message",
  },
  Event: {
    timeUnixNano: "span_events.time_unix_nano",
    name: "span_events.name",
    attributes: maps("span_events"),
    droppedAttributesCount: "span_events.dropped_attributes_count",
  },
  Link: {
    traceId: "span_links.linked_trace_id",
    spanId: "span_links.linked_span_id",
    traceState: "span_links.trace_state",
    attributes: maps("span_links"),
    droppedAttributesCount: "span_links.dropped_attributes_count",
    flags: "span_links.flags",
  },
  Status: { message: "spans.status_message", code: "spans.status" },
  ExportLogsServiceRequest: { resourceLogs: ENVELOPE },
  ResourceLogs: { resource: "logs.resource_id", scopeLogs: ENVELOPE, schemaUrl: "resources.schema_url" },
  ScopeLogs: { scope: "logs.scope_id", logRecords: "logs.log_id", schemaUrl: "scopes.schema_url" },
  LogRecord: {
    timeUnixNano: "logs.time_unix_nano",
    observedTimeUnixNano: "logs.observed_time_unix_nano",
    severityNumber: "logs.severity_number",
    severityText: "logs.severity_text",
    body: "logs.body_text logs.body_json",
    attributes: maps("logs"),
    droppedAttributesCount: "logs.dropped_attributes_count",
    flags: "logs.flags",
    traceId: "logs.trace_id",
    spanId: "logs.span_id",
    eventName: "logs.event_name",
  },
  ExportMetricsServiceRequest: { resourceMetrics: ENVELOPE },
  ResourceMetrics: { resource: "metric_points.resource_id", scopeMetrics: ENVELOPE, schemaUrl: "resources.schema_url" },
  ScopeMetrics: {
    scope: "metric_points.scope_id",
    metrics: "metric_points.metric_name",
    schemaUrl: "scopes.schema_url",
  },
  Metric: {
    name: "metric_points.metric_name",
    description: "metric_points.description",
    unit: "metric_points.unit",
    gauge: "metric_points.type",
    sum: "metric_points.type",
    histogram: "metric_points.type",
    exponentialHistogram: "metric_points.type",
    summary: "metric_points.type",
    metadata: "metric_points.metadata_json",
  },
  Gauge: { dataPoints: "metric_points.point_id" },
  Sum: {
    dataPoints: "metric_points.point_id",
    aggregationTemporality: "metric_points.temporality",
    isMonotonic: "metric_points.monotonic",
  },
  Histogram: { dataPoints: "metric_points.point_id", aggregationTemporality: "metric_points.temporality" },
  ExponentialHistogram: { dataPoints: "metric_points.point_id", aggregationTemporality: "metric_points.temporality" },
  Summary: { dataPoints: "metric_points.point_id" },
  NumberDataPoint: {
    ...POINT,
    asDouble: "metric_points.value_double",
    asInt: "metric_points.value_int",
    exemplars: EXEMPLAR,
  },
  HistogramDataPoint: {
    ...POINT,
    count: "metric_points.count",
    sum: "metric_points.sum",
    bucketCounts: DETAIL,
    explicitBounds: DETAIL,
    exemplars: EXEMPLAR,
    min: "metric_points.min",
    max: "metric_points.max",
  },
  ExponentialHistogramDataPoint: {
    ...POINT,
    count: "metric_points.count",
    sum: "metric_points.sum",
    scale: DETAIL,
    zeroCount: DETAIL,
    positive: DETAIL,
    negative: DETAIL,
    exemplars: EXEMPLAR,
    min: "metric_points.min",
    max: "metric_points.max",
    zeroThreshold: DETAIL,
  },
  Buckets: { offset: DETAIL, bucketCounts: DETAIL },
  SummaryDataPoint: {
    ...POINT,
    count: "metric_points.count",
    sum: "metric_points.sum",
    quantileValues: DETAIL,
  },
  ValueAtQuantile: { quantile: DETAIL, value: DETAIL },
  Exemplar: {
    filteredAttributes: EXEMPLAR,
    timeUnixNano: EXEMPLAR,
    asDouble: EXEMPLAR,
    asInt: EXEMPLAR,
    spanId: EXEMPLAR,
    traceId: EXEMPLAR,
  },
};

/** Fields of the official files that are not read, by message and number, with the reason. */
const NOT_READ: readonly (readonly [message: string, field: string, number: number, reason: string])[] = [
  ["AnyValue", "string_value_strindex", 8, "points into the string table of profiles; elsewhere it counts as absent"],
  ["KeyValue", "key_strindex", 3, "points into the string table of profiles; elsewhere it counts as absent"],
  ["Resource", "entity_refs", 3, "in development; it names attributes that the resource has anyway"],
];

const REQUESTS: readonly (readonly [signal: Signal, message: string, request: object])[] = [
  ["traces", "ExportTraceServiceRequest", fullTraces],
  ["logs", "ExportLogsServiceRequest", fullLogs],
  ["metrics", "ExportMetricsServiceRequest", fullMetrics],
];

const root = protobuf.loadSync(fileURLToPath(new URL("../src/decode/fixtures/otlp.proto", import.meta.url)));
const types = allTypes(root);

function allTypes(namespace: protobuf.NamespaceBase): ReadonlyMap<string, protobuf.Type> {
  const found = new Map<string, protobuf.Type>();
  for (const member of namespace.nestedArray) {
    if (member instanceof protobuf.Type) found.set(member.name, member);
    if (member instanceof protobuf.Namespace) for (const [name, type] of allTypes(member)) found.set(name, type);
  }
  return found;
}

let database: SqlDatabase;
let columns: ReadonlySet<string>;

beforeAll(async () => {
  root.resolveAll();
  database = await openSqlDatabase();
  const rows = await database.read("select table_name || '.' || column_name as name from duckdb_columns()");
  columns = new Set(rows.map((row) => row["name"] as string));
});
afterAll(() => {
  database.close();
});

/** The request without a field, wherever its message stands. */
function without(type: protobuf.Type, value: unknown, message: string, field: string): unknown {
  if (Array.isArray(value)) return value.map((member) => without(type, member, message, field));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      if (type.name === message && name === field) return [];
      const resolved = type.fields[name]?.resolvedType;
      return [[name, resolved instanceof protobuf.Type ? without(resolved, inner, message, field) : inner]];
    }),
  );
}

function decoded(signal: Signal, request: object): string {
  return JSON.stringify(plainRequest(decode(signal, "protobuf", encodeProtobuf(signal, request))));
}

test("the list of places has every message and field of the protocol, and none that is not there", () => {
  const fields = Object.fromEntries(Array.from(types, ([name, type]) => [name, Object.keys(type.fields).sort()]));
  const places = Object.fromEntries(Object.entries(PLACES).map(([name, list]) => [name, Object.keys(list).sort()]));
  expect(places).toStrictEqual(fields);
});

describe.each(Object.entries(PLACES))("%s", (message, fields) => {
  test.each(Object.entries(fields))("%s has a column or a reason", (_, place) => {
    if (typeof place !== "string") expect(place.reason.length).toBeGreaterThan(20);
    else for (const name of place.split(" ")) expect(columns).toContain(name);
  });

  test.each(Object.keys(fields))("%s is decoded: without it, something else comes out", (field) => {
    const changed = REQUESTS.filter(([signal, requestMessage, request]) => {
      const type = types.get(requestMessage);
      if (type === undefined) throw new Error(`there is no message ${requestMessage}`);
      return decoded(signal, without(type, request, message, field) as object) !== decoded(signal, request);
    });
    expect(changed.length).toBeGreaterThan(0);
  });
});

test.each(NOT_READ)("%s.%s (field %i) is passed over without harm: %s", (message, _, number) => {
  const extended = protobuf.loadSync(fileURLToPath(new URL("../src/decode/fixtures/otlp.proto", import.meta.url)));
  const isList = message === "Resource";
  const field = new protobuf.Field("extra", number, isList ? "bytes" : "int32", isList ? "repeated" : undefined);
  allTypes(extended).get(message)?.add(field);
  const withExtra = (value: unknown, type: protobuf.Type): unknown => {
    if (Array.isArray(value)) return value.map((member) => withExtra(member, type));
    if (typeof value !== "object" || value === null) return value;
    const inner = Object.entries(value).map(([name, part]) => {
      const resolved = type.fields[name]?.resolvedType;
      return [name, resolved instanceof protobuf.Type ? withExtra(part, resolved) : part];
    });
    return { ...(Object.fromEntries(inner) as object), ...(type.name === message && { extra: isList ? ["AQID"] : 7 }) };
  };
  extended.resolveAll();
  const type = extended.lookupType("otlp.ExportLogsServiceRequest");
  const plain = { resourceLogs: [{ resource: { attributes: [{ key: "a", value: { stringValue: "b" } }] } }] };
  const item = { scopeLogs: [{ logRecords: [{ attributes: [{ key: "c", value: { intValue: 1 } }] }] }] };
  const request = { resourceLogs: [{ ...plain.resourceLogs[0], ...item }] };
  const bytes = type.encode(type.fromObject(withExtra(request, type) as Record<string, unknown>)).finish();
  const bare = type.encode(type.fromObject(request)).finish();
  expect(bytes.length).toBeGreaterThan(bare.length);
  expect(plainRequest(decode("logs", "protobuf", bytes))).toStrictEqual(plainRequest(decode("logs", "protobuf", bare)));
});
