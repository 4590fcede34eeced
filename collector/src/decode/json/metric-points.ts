/** Data points and exemplars of OTLP/JSON. Source: opentelemetry/proto/metrics/v1, v1.11.0. */
import { takeExemplar } from "../check-item.ts";
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialHistogramPoint,
  HistogramPoint,
  NumberPoint,
  SummaryPoint,
} from "../otlp.ts";
import { attributesField } from "./common.ts";
import {
  type Context,
  type JsonObject,
  complain,
  doubleField,
  doubleOf,
  int32Field,
  int64OrDouble,
  listField,
  objectList,
  optionalObject,
  uint32Field,
  uint64,
  uint64Field,
} from "./fields.ts";
import { looseId } from "./logs.ts";

/** NumberDataPoint. */
export function numberPoint(context: Context, raw: JsonObject): NumberPoint {
  return { ...pointBase(context, raw), value: numberValue(context, raw), exemplars: exemplars(context, raw) };
}

/** HistogramDataPoint. */
export function histogramPoint(context: Context, raw: JsonObject): HistogramPoint {
  return {
    ...pointBase(context, raw),
    count: uint64Field(context, raw, "count"),
    sum: doubleField(context, raw, "sum"),
    min: doubleField(context, raw, "min"),
    max: doubleField(context, raw, "max"),
    bucketCounts: counts(context, raw),
    explicitBounds: listField(context, raw, "explicitBounds").map(
      (bound) => doubleOf(context, bound, "explicitBounds") ?? Number.NaN,
    ),
    exemplars: exemplars(context, raw),
  };
}

/** ExponentialHistogramDataPoint. */
export function exponentialPoint(context: Context, raw: JsonObject): ExponentialHistogramPoint {
  return {
    ...pointBase(context, raw),
    count: uint64Field(context, raw, "count"),
    sum: doubleField(context, raw, "sum"),
    min: doubleField(context, raw, "min"),
    max: doubleField(context, raw, "max"),
    scale: int32Field(context, raw, "scale"),
    zeroCount: uint64Field(context, raw, "zeroCount"),
    zeroThreshold: doubleField(context, raw, "zeroThreshold") ?? 0,
    positive: buckets(context, raw, "positive"),
    negative: buckets(context, raw, "negative"),
    exemplars: exemplars(context, raw),
  };
}

/** SummaryDataPoint. */
export function summaryPoint(context: Context, raw: JsonObject): SummaryPoint {
  return {
    ...pointBase(context, raw),
    count: uint64Field(context, raw, "count"),
    sum: doubleField(context, raw, "sum") ?? 0,
    quantiles: objectList(context, raw, "quantileValues").map((pair) => ({
      quantile: doubleField(context, pair, "quantile") ?? 0,
      value: doubleField(context, pair, "value") ?? 0,
    })),
  };
}

function pointBase(
  context: Context,
  raw: JsonObject,
): Pick<NumberPoint, "attributes" | "startTimeUnixNano" | "timeUnixNano" | "flags"> {
  return {
    attributes: attributesField(context, raw).attributes,
    startTimeUnixNano: uint64Field(context, raw, "startTimeUnixNano"),
    timeUnixNano: uint64Field(context, raw, "timeUnixNano"),
    flags: uint32Field(context, raw, "flags"),
  };
}

function numberValue(context: Context, raw: JsonObject): number | bigint | undefined {
  const whole = raw["asInt"];
  if (whole === undefined || whole === null) return doubleField(context, raw, "asDouble");
  const value = int64OrDouble(whole);
  if (value === undefined) complain(context, "asInt", "a whole number", whole);
  return value;
}

function counts(context: Context, raw: JsonObject): readonly bigint[] {
  return listField(context, raw, "bucketCounts").map((count) => uint64(context, count, "bucketCounts"));
}

function buckets(context: Context, raw: JsonObject, field: string): ExponentialBuckets | undefined {
  const object = optionalObject(context, raw, field);
  if (object === undefined) return undefined;
  return { offset: int32Field(context, object, "offset"), bucketCounts: counts(context, object) };
}

function exemplars(context: Context, raw: JsonObject): readonly Exemplar[] {
  return objectList(context, raw, "exemplars").map((exemplar) =>
    takeExemplar(
      {
        filteredAttributes: attributesField(context, exemplar, "filteredAttributes").attributes,
        timeUnixNano: uint64Field(context, exemplar, "timeUnixNano"),
        value: numberValue(context, exemplar),
        spanId: looseId(context, exemplar, "spanId"),
        traceId: looseId(context, exemplar, "traceId"),
      },
      context.tally,
    ),
  );
}
