/**
 * Telemetry in one plain form, made from decoded requests or put together again from the tables, so that the two can be
 * compared. 64-bit integers are text; an attribute is its AnyValue in OTLP/JSON; lists of items are sorted.
 */
import type { AnyValue, DecodedRequest, Exemplar, KeyValues, Metric, Resource, Scope } from "../../src/decode/otlp.ts";

/** An item in the plain form. */
export type Plain = Readonly<Record<string, unknown>>;

/** The items of all signals. */
export interface PlainTelemetry {
  readonly spans: readonly Plain[];
  readonly logs: readonly Plain[];
  readonly points: readonly Plain[];
}

/** Runs a statement whose only column is text; answers every row's. */
export type QueryTexts = (sql: string) => Promise<readonly string[]>;

const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const STATUSES = ["unset", "ok", "error"];
const TEMPORALITIES = [null, "delta", "cumulative"];
const MAPS = ["attributes_text", "attributes_int", "attributes_double", "attributes_bool", "attributes_json"];

function plainValue(value: AnyValue): Plain {
  if (value === undefined) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint") return { intValue: String(value) };
  if (typeof value === "number") return { doubleValue: plainDouble(value) };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return { arrayValue: { values: (value as readonly AnyValue[]).map(plainValue) } };
  return { kvlistValue: { values: plainPairs(value as KeyValues) } };
}

function plainPairs(attributes: KeyValues): readonly Plain[] {
  return Array.from(attributes, ([key, value]) => ({ key, value: plainValue(value) }));
}

function plainAttributes(attributes: KeyValues): Plain {
  return sortKeys(Object.fromEntries(Array.from(attributes, ([key, value]) => [key, plainValue(value)])));
}

function plainDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function sortKeys(object: Plain): Plain {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sorted(items: readonly Plain[]): readonly Plain[] {
  const texts = items.map((item) => JSON.stringify(item));
  return texts.sort().map((text) => JSON.parse(text) as Plain);
}

function plainResource(resource: Resource): Plain {
  const { attributes, droppedAttributesCount, schemaUrl } = resource;
  return { attributes: plainAttributes(attributes), droppedAttributesCount, schemaUrl };
}

function plainScope(scope: Scope): Plain {
  const { name, version, attributes, droppedAttributesCount, schemaUrl } = scope;
  return { name, version, attributes: plainAttributes(attributes), droppedAttributesCount, schemaUrl };
}

/** The plain form of a decoded request. */
export function plainRequest(request: DecodedRequest): PlainTelemetry {
  const spans: Plain[] = [];
  const logs: Plain[] = [];
  const points: Plain[] = [];
  for (const envelope of request.envelopes) {
    const origin = { resource: plainResource(envelope.resource), scope: plainScope(envelope.scope) };
    for (const item of envelope.items) {
      if ("points" in item) points.push(...plainPoints(item).map((point) => Object.assign(point, origin)));
      else if ("body" in item) {
        const { attributes, body, timeUnixNano, observedTimeUnixNano, ...rest } = item;
        logs.push({
          ...rest,
          timeUnixNano: String(timeUnixNano),
          observedTimeUnixNano: String(observedTimeUnixNano),
          body: plainValue(body),
          attributes: plainAttributes(attributes),
          ...origin,
        });
      } else {
        const { attributes, events, links, startTimeUnixNano, endTimeUnixNano, ...rest } = item;
        spans.push({
          ...rest,
          startTimeUnixNano: String(startTimeUnixNano),
          endTimeUnixNano: String(endTimeUnixNano),
          attributes: plainAttributes(attributes),
          events: events.map((event) => {
            const { timeUnixNano, name, droppedAttributesCount } = event;
            const at = String(timeUnixNano);
            return { timeUnixNano: at, name, attributes: plainAttributes(event.attributes), droppedAttributesCount };
          }),
          links: links.map((link) => Object.assign({}, link, { attributes: plainAttributes(link.attributes) })),
          ...origin,
        });
      }
    }
  }
  return inOrder({ spans, logs, points });
}

function inOrder({ spans, logs, points }: PlainTelemetry): PlainTelemetry {
  const order = (items: readonly Plain[]): readonly Plain[] => sorted(items.map(deepSort));
  return { spans: order(spans), logs: order(logs), points: order(points) };
}

function deepSort(value: Plain): Plain {
  return JSON.parse(JSON.stringify(value, (_, inner: unknown) => (isPlain(inner) ? sortKeys(inner) : inner))) as Plain;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plainPoints(metric: Metric): readonly Plain[] {
  const { name, description, unit, type, metadata } = metric;
  const head = {
    name,
    description,
    unit,
    type,
    metadata: plainPairs(metadata),
    temporality: "temporality" in metric ? (TEMPORALITIES[metric.temporality] ?? null) : null,
    monotonic: metric.type === "sum" ? metric.monotonic : null,
  };
  return metric.points.map((point) => {
    const { attributes, startTimeUnixNano, timeUnixNano, flags, ...rest } = point;
    const value = "value" in rest ? rest.value : undefined;
    return {
      ...head,
      attributes: plainAttributes(attributes),
      startTimeUnixNano: String(startTimeUnixNano),
      timeUnixNano: String(timeUnixNano),
      flags,
      valueInt: typeof value === "bigint" ? String(value) : null,
      valueDouble: typeof value === "number" ? value : null,
      count: "count" in rest ? String(rest.count) : null,
      sum: "sum" in rest ? (rest.sum ?? null) : null,
      min: "min" in rest ? (rest.min ?? null) : null,
      max: "max" in rest ? (rest.max ?? null) : null,
      detail: plainDetail(rest),
    };
  });
}

/** What of a point has no column of its own; without what is empty. */
function plainDetail(rest: object): Plain {
  const { value, count, sum, min, max, quantiles, ...detail } = rest as Readonly<Record<string, unknown>>;
  void [value, count, sum, min, max];
  const named = quantiles === undefined ? detail : { ...detail, quantileValues: quantiles };
  const plain = Object.entries(named).map(([name, part]) => [
    name,
    name === "exemplars" ? (part as readonly Exemplar[]).map(plainExemplar) : plainPart(part),
  ]);
  return Object.fromEntries(
    plain.filter(([, part]) => part !== undefined && !(Array.isArray(part) && part.length === 0)),
  ) as Plain;
}

function plainPart(part: unknown): unknown {
  if (typeof part === "bigint") return String(part);
  if (typeof part === "number") return plainDouble(part);
  if (Array.isArray(part)) return part.map(plainPart);
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, plainPart(inner)]));
}

function plainExemplar(exemplar: Exemplar): Plain {
  const { filteredAttributes, timeUnixNano, value, spanId, traceId } = exemplar;
  return {
    ...(filteredAttributes.size > 0 && { filteredAttributes: plainPairs(filteredAttributes) }),
    timeUnixNano: String(timeUnixNano),
    ...(typeof value === "bigint" && { asInt: String(value) }),
    ...(typeof value === "number" && { asDouble: plainDouble(value) }),
    ...(spanId !== "" && { spanId }),
    ...(traceId !== "" && { traceId }),
  };
}

/** Everything in the tables, in the plain form. */
export async function readPlain(query: QueryTexts): Promise<PlainTelemetry> {
  const rows = async (table: string, numbers: readonly string[], order = "1"): Promise<readonly Row[]> => {
    const casts = [...numbers.map((name) => `cast(${name} as varchar) as ${name}`), INT_MAP];
    const text = `select cast(to_json(t) as varchar) from (select * replace (${casts.join(", ")}) from ${table}) as t`;
    return (await query(`${text} order by ${order}`)).map((row) => JSON.parse(row) as Row);
  };
  const resources = byId(await rows("resources", []), "resource_id");
  const scopes = byId(await rows("scopes", []), "scope_id");
  const origin = (row: Row): Plain => {
    const resource = resources.get(String(row["resource_id"])) ?? {};
    const scope = scopes.get(String(row["scope_id"])) ?? {};
    return {
      resource: { ...common(resource), schemaUrl: resource["schema_url"] },
      scope: { name: scope["name"], version: scope["version"], ...common(scope), schemaUrl: scope["schema_url"] },
    };
  };
  const events = await rows("span_events", ["time_unix_nano"], "t.event_index");
  const links = await rows("span_links", [], "t.link_index");
  const spans = (await rows("spans", ["start_unix_nano", "end_unix_nano"])).map((row) =>
    Object.assign(toSpan(row), origin(row), {
      events: events.filter((event) => isOf(event, row)).map(toEvent),
      links: links.filter((link) => isOf(link, row)).map(toLink),
    }),
  );
  const logs = await rows("logs", ["time_unix_nano", "observed_time_unix_nano"]);
  const points = await rows("metric_points", ["start_unix_nano", "time_unix_nano", "value_int", "count"]);
  return inOrder({
    spans,
    logs: logs.map((row) => Object.assign(toLog(row), origin(row))),
    points: points.map((row) => Object.assign(toPoint(row), origin(row))),
  });
}

type Row = Readonly<Record<string, unknown>>;

// JSON has no 64-bit integers.
const INT_MAP = "cast(attributes_int as map(varchar, varchar)) as attributes_int";

function byId(rows: readonly Row[], name: string): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [String(row[name]), row]));
}

function isOf(part: Row, span: Row): boolean {
  return part["trace_id"] === span["trace_id"] && part["span_id"] === span["span_id"];
}

/** Attributes from their five maps, and what the sender dropped of them. */
function common(row: Row): { readonly attributes: Plain; readonly droppedAttributesCount: unknown } {
  const [text, int, double, bool, json] = MAPS.map((name) => Object.entries((row[name] ?? {}) as Row));
  const all = [
    ...(text ?? []).map(([key, value]) => [key, { stringValue: value }]),
    ...(int ?? []).map(([key, value]) => [key, { intValue: value }]),
    ...(double ?? []).map(([key, value]) => [key, { doubleValue: value }]),
    ...(bool ?? []).map(([key, value]) => [key, { boolValue: value }]),
    ...(json ?? []).map(([key, value]) => [key, JSON.parse(String(value)) as Plain]),
  ];
  return {
    attributes: sortKeys(Object.fromEntries(all) as Plain),
    droppedAttributesCount: row["dropped_attributes_count"],
  };
}

function toSpan(row: Row): Plain {
  return {
    traceId: row["trace_id"],
    spanId: row["span_id"],
    parentSpanId: row["parent_span_id"] ?? "",
    traceState: row["trace_state"],
    flags: row["flags"],
    name: row["name"],
    kind: KINDS.indexOf(String(row["kind"])),
    startTimeUnixNano: row["start_unix_nano"],
    endTimeUnixNano: row["end_unix_nano"],
    ...common(row),
    droppedEventsCount: row["dropped_events_count"],
    droppedLinksCount: row["dropped_links_count"],
    statusCode: STATUSES.indexOf(String(row["status"])),
    statusMessage: row["status_message"],
  };
}

function toEvent(row: Row): Plain {
  return { timeUnixNano: row["time_unix_nano"], name: row["name"], ...common(row) };
}

function toLink(row: Row): Plain {
  return {
    traceId: row["linked_trace_id"],
    spanId: row["linked_span_id"],
    traceState: row["trace_state"],
    flags: row["flags"],
    ...common(row),
  };
}

function toLog(row: Row): Plain {
  const text = row["body_text"] === null ? {} : { stringValue: row["body_text"] };
  return {
    timeUnixNano: row["time_unix_nano"],
    observedTimeUnixNano: row["observed_time_unix_nano"],
    severityNumber: row["severity_number"],
    severityText: row["severity_text"],
    body: row["body_json"] === null ? text : (JSON.parse(row["body_json"] as string) as Plain),
    ...common(row),
    flags: row["flags"],
    traceId: row["trace_id"] ?? "",
    spanId: row["span_id"] ?? "",
    eventName: row["event_name"] ?? "",
  };
}

function toPoint(row: Row): Plain {
  const named = (name: string): unknown => row[name] ?? null;
  return {
    name: row["metric_name"],
    description: row["description"],
    unit: row["unit"],
    type: row["type"],
    metadata: row["metadata_json"] === null ? [] : (JSON.parse(row["metadata_json"] as string) as Plain),
    temporality: named("temporality"),
    monotonic: named("monotonic"),
    attributes: common(row).attributes,
    startTimeUnixNano: row["start_unix_nano"],
    timeUnixNano: row["time_unix_nano"],
    flags: row["flags"],
    valueInt: named("value_int"),
    valueDouble: named("value_double"),
    count: named("count"),
    sum: named("sum"),
    min: named("min"),
    max: named("max"),
    detail: row["detail_json"] === null ? {} : (JSON.parse(row["detail_json"] as string) as Plain),
  };
}
