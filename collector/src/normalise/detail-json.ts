/**
 * What of a metric point has no column, as OTLP/JSON text: field names in lowerCamelCase, 64-bit integers as strings,
 * NaN and infinities by name. Source: OTLP 1.11, JSON Protobuf encoding.
 */
import type {
  AnyValue,
  Exemplar,
  ExponentialBuckets,
  ExponentialHistogramPoint,
  HistogramPoint,
  KeyValues,
  NumberPoint,
  SummaryPoint,
} from "../decode/otlp.ts";

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json | undefined };
type Fields = Readonly<Record<string, Json | undefined>>;

/** Exemplars of a gauge or sum. */
export function numberDetail(point: NumberPoint): string | undefined {
  return toText({ exemplars: exemplars(point.exemplars) });
}

/** Buckets, bounds and exemplars of a histogram. */
export function histogramDetail(point: HistogramPoint): string | undefined {
  return toText({
    bucketCounts: unlessEmpty(point.bucketCounts.map(String)),
    explicitBounds: unlessEmpty(point.explicitBounds.map(double)),
    exemplars: exemplars(point.exemplars),
  });
}

/** Scale, zero bucket, buckets and exemplars of an exponential histogram. */
export function exponentialHistogramDetail(point: ExponentialHistogramPoint): string | undefined {
  return toText({
    scale: point.scale,
    zeroCount: String(point.zeroCount),
    zeroThreshold: double(point.zeroThreshold),
    positive: buckets(point.positive),
    negative: buckets(point.negative),
    exemplars: exemplars(point.exemplars),
  });
}

/** Quantiles of a summary. */
export function summaryDetail(point: SummaryPoint): string | undefined {
  const values = point.quantiles.map(({ quantile, value }) => ({ quantile: double(quantile), value: double(value) }));
  return toText({ quantileValues: unlessEmpty(values) });
}

function toText(fields: Fields): string | undefined {
  return Object.values(fields).some((value) => value !== undefined) ? JSON.stringify(fields) : undefined;
}

function unlessEmpty(list: readonly Json[]): readonly Json[] | undefined {
  return list.length === 0 ? undefined : list;
}

function double(value: number): string | number {
  return Number.isFinite(value) ? value : String(value);
}

function buckets(value: ExponentialBuckets | undefined): Json | undefined {
  return value && { offset: value.offset, bucketCounts: value.bucketCounts.map(String) };
}

function exemplars(list: readonly Exemplar[]): readonly Json[] | undefined {
  return unlessEmpty(list.map(exemplar));
}

function exemplar(value: Exemplar): Json {
  return {
    filteredAttributes: unlessEmpty(keyValues(value.filteredAttributes)),
    timeUnixNano: String(value.timeUnixNano),
    asInt: typeof value.value === "bigint" ? String(value.value) : undefined,
    asDouble: typeof value.value === "number" ? double(value.value) : undefined,
    spanId: value.spanId === "" ? undefined : value.spanId,
    traceId: value.traceId === "" ? undefined : value.traceId,
  };
}

function keyValues(attributes: KeyValues): readonly Json[] {
  return [...attributes].map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AnyValue): Json {
  if (value === undefined) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint") return { intValue: String(value) };
  if (typeof value === "number") return { doubleValue: double(value) };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString("base64") };
  if (isList(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: keyValues(value) } };
}

function isList(value: readonly AnyValue[] | KeyValues): value is readonly AnyValue[] {
  return Array.isArray(value);
}
