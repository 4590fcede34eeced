/**
 * What a body means according to protobufjs, in our shape. It shares nothing with the decoder but the types: the
 * comparison is field by field.
 */
import type { AnyValue, Signal } from "../otlp.ts";
import { rawRequestType } from "./proto.ts";

type Raw = { readonly [field: string]: unknown };

/** All items of a body, before any is judged: `[resource, scope, item]` in order. Throws what protobufjs throws. */
export function oracleItems(signal: Signal, body: Uint8Array): readonly (readonly [object, object, object])[] {
  const type = rawRequestType(signal);
  const request = type.toObject(type.decode(body), {
    longs: String,
    bytes: Buffer,
    defaults: true,
    arrays: true,
  });
  const [groups, scopes, items] = LEVELS[signal];
  const found: [object, object, object][] = [];
  for (const group of list(request[groups])) {
    const resource = { ...counted(message(group["resource"])), schemaUrl: text(group["schemaUrl"]) };
    for (const scoped of list(group[scopes])) {
      const own = message(scoped["scope"]);
      const scope = {
        name: text(own["name"]),
        version: text(own["version"]),
        ...counted(own),
        schemaUrl: text(scoped["schemaUrl"]),
      };
      for (const item of list(scoped[items])) found.push([resource, scope, ITEMS[signal](item)]);
    }
  }
  return found;
}

const LEVELS = {
  traces: ["resourceSpans", "scopeSpans", "spans"],
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
} as const satisfies Record<Signal, readonly [string, string, string]>;

const ITEMS = { traces: span, logs: logRecord, metrics: metric } as const;

function span(raw: Raw): object {
  const status = message(raw["status"]);
  return {
    traceId: hex(raw["traceId"]),
    spanId: hex(raw["spanId"]),
    parentSpanId: hex(raw["parentSpanId"]),
    traceState: text(raw["traceState"]),
    flags: number(raw["flags"]),
    name: text(raw["name"]),
    kind: number(raw["kind"]),
    startTimeUnixNano: big(raw["startTimeUnixNano"]),
    endTimeUnixNano: big(raw["endTimeUnixNano"]),
    ...counted(raw),
    events: list(raw["events"]).map(spanEvent),
    droppedEventsCount: number(raw["droppedEventsCount"]),
    links: list(raw["links"]).map(spanLink),
    droppedLinksCount: number(raw["droppedLinksCount"]),
    statusCode: number(status["code"]),
    statusMessage: text(status["message"]),
  };
}

function spanEvent(raw: Raw): object {
  return { timeUnixNano: big(raw["timeUnixNano"]), name: text(raw["name"]), ...counted(raw) };
}

function spanLink(raw: Raw): object {
  return {
    traceId: hex(raw["traceId"]),
    spanId: hex(raw["spanId"]),
    traceState: text(raw["traceState"]),
    ...counted(raw),
    flags: number(raw["flags"]),
  };
}

function logRecord(raw: Raw): object {
  return {
    timeUnixNano: big(raw["timeUnixNano"]),
    observedTimeUnixNano: big(raw["observedTimeUnixNano"]),
    severityNumber: number(raw["severityNumber"]),
    severityText: text(raw["severityText"]),
    body: value(raw["body"]),
    ...counted(raw),
    flags: number(raw["flags"]),
    traceId: hex(raw["traceId"]),
    spanId: hex(raw["spanId"]),
    eventName: text(raw["eventName"]),
  };
}

function metric(raw: Raw): object {
  const base = {
    name: text(raw["name"]),
    description: text(raw["description"]),
    unit: text(raw["unit"]),
    metadata: attributes(raw["metadata"]),
  };
  const data = (field: string): Raw => message(raw[field]);
  const temporality = (field: string): number => number(data(field)["aggregationTemporality"]);
  if (present(raw["gauge"]))
    return { ...base, type: "gauge", points: list(data("gauge")["dataPoints"]).map(numberPoint) };
  if (present(raw["sum"])) {
    const points = list(data("sum")["dataPoints"]).map(numberPoint);
    return { ...base, type: "sum", points, temporality: temporality("sum"), monotonic: data("sum")["isMonotonic"] };
  }
  if (present(raw["histogram"])) {
    const points = list(data("histogram")["dataPoints"]).map(histogramPoint);
    return { ...base, type: "histogram", points, temporality: temporality("histogram") };
  }
  if (present(raw["exponentialHistogram"])) {
    const points = list(data("exponentialHistogram")["dataPoints"]).map(exponentialPoint);
    return { ...base, type: "exponential_histogram", points, temporality: temporality("exponentialHistogram") };
  }
  if (present(raw["summary"]))
    return { ...base, type: "summary", points: list(data("summary")["dataPoints"]).map(summaryPoint) };
  return { ...base, type: "none" };
}

function pointBase(raw: Raw): object {
  return {
    attributes: attributes(raw["attributes"]),
    startTimeUnixNano: big(raw["startTimeUnixNano"]),
    timeUnixNano: big(raw["timeUnixNano"]),
    flags: number(raw["flags"]),
  };
}

function numberPoint(raw: Raw): object {
  return { ...pointBase(raw), value: pointValue(raw), exemplars: list(raw["exemplars"]).map(exemplar) };
}

function histogramPoint(raw: Raw): object {
  return {
    ...pointBase(raw),
    count: big(raw["count"]),
    ...optionals(raw),
    bucketCounts: (raw["bucketCounts"] as string[]).map(BigInt),
    explicitBounds: raw["explicitBounds"],
    exemplars: list(raw["exemplars"]).map(exemplar),
  };
}

function exponentialPoint(raw: Raw): object {
  return {
    ...pointBase(raw),
    count: big(raw["count"]),
    ...optionals(raw),
    scale: number(raw["scale"]),
    zeroCount: big(raw["zeroCount"]),
    zeroThreshold: number(raw["zeroThreshold"]),
    positive: buckets(raw["positive"]),
    negative: buckets(raw["negative"]),
    exemplars: list(raw["exemplars"]).map(exemplar),
  };
}

function summaryPoint(raw: Raw): object {
  return {
    ...pointBase(raw),
    count: big(raw["count"]),
    sum: number(raw["sum"]),
    quantiles: list(raw["quantileValues"]).map((pair) => ({
      quantile: number(pair["quantile"]),
      value: number(pair["value"]),
    })),
  };
}

function optionals(raw: Raw): object {
  return { sum: optional(raw["sum"]), min: optional(raw["min"]), max: optional(raw["max"]) };
}

function buckets(raw: unknown): object | undefined {
  if (!present(raw)) return undefined;
  const own = message(raw);
  return { offset: number(own["offset"]), bucketCounts: (own["bucketCounts"] as string[]).map(BigInt) };
}

function exemplar(raw: Raw): object {
  return {
    filteredAttributes: attributes(raw["filteredAttributes"]),
    timeUnixNano: big(raw["timeUnixNano"]),
    value: pointValue(raw),
    spanId: hex(raw["spanId"]),
    traceId: hex(raw["traceId"]),
  };
}

function pointValue(raw: Raw): number | bigint | undefined {
  if (present(raw["asInt"])) return big(raw["asInt"]);
  return optional(raw["asDouble"]);
}

function counted(raw: Raw): object {
  return {
    attributes: attributes(raw["attributes"]),
    droppedAttributesCount: number(raw["droppedAttributesCount"] ?? 0),
  };
}

function attributes(raw: unknown): Map<string, AnyValue> {
  return new Map(list(raw).map((pair) => [text(pair["key"]), value(pair["value"])]));
}

function value(raw: unknown): AnyValue {
  const any = message(raw);
  if (present(any["stringValue"])) return text(any["stringValue"]);
  if (present(any["boolValue"])) return any["boolValue"] as boolean;
  if (present(any["intValue"])) return BigInt(any["intValue"] as string);
  if (present(any["doubleValue"])) return any["doubleValue"] as number;
  if (present(any["arrayValue"])) return list(message(any["arrayValue"])["values"]).map(value);
  if (present(any["kvlistValue"])) return attributes(message(any["kvlistValue"])["values"]);
  if (present(any["bytesValue"])) return new Uint8Array(any["bytesValue"] as Buffer);
  return undefined;
}

const present = (raw: unknown): boolean => raw !== undefined && raw !== null;
const message = (raw: unknown): Raw => (raw ?? {}) as Raw;
const list = (raw: unknown): readonly Raw[] => (raw ?? []) as readonly Raw[];
const text = (raw: unknown): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from((raw ?? []) as Uint8Array));
const hex = (raw: unknown): string => Buffer.from((raw ?? []) as Uint8Array).toString("hex");
const big = (raw: unknown): bigint => BigInt((raw ?? "0") as string);
const number = (raw: unknown): number => (raw ?? 0) as number;
const optional = (raw: unknown): number | undefined => (raw ?? undefined) as number | undefined;
