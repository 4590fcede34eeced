/** Data points and exemplars. Source: opentelemetry/proto/metrics/v1, v1.11.0. */
import { type AttributeDraft, NO_ATTRIBUTES } from "../attributes.ts";
import { type Tally, takeExemplar } from "../check-item.ts";
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialHistogramPoint,
  HistogramPoint,
  NumberPoint,
  SummaryPoint,
} from "../otlp.ts";
import { readAttribute } from "./common.ts";
import { BYTES, FIXED64, type Reader, VARINT, fieldSet } from "./reader.ts";

const NUMBER_FIELDS = fieldSet(2, 3, 4, 5, 6, 7, 8);
const HISTOGRAM_FIELDS = fieldSet(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
const EXPONENTIAL_FIELDS = fieldSet(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
const SUMMARY_FIELDS = fieldSet(2, 3, 4, 5, 6, 7, 8);
const QUANTILE_FIELDS = fieldSet(1, 2);
const BUCKET_FIELDS = fieldSet(1, 2);
const EXEMPLAR_FIELDS = fieldSet(2, 3, 4, 5, 6, 7);

/** NumberDataPoint. */
export function readNumberPoint(reader: Reader, tally: Tally): NumberPoint {
  const outer = reader.enter();
  const draft: AttributeDraft = { map: undefined, dropped: 0 };
  const exemplars: Exemplar[] = [];
  let startTimeUnixNano = 0n;
  let timeUnixNano = 0n;
  let flags = 0;
  let value: number | bigint | undefined;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((2 << 3) | FIXED64)) startTimeUnixNano = reader.fixed64();
    else if (tag === ((3 << 3) | FIXED64)) timeUnixNano = reader.fixed64();
    else if (tag === ((4 << 3) | FIXED64)) value = reader.double();
    else if (tag === ((5 << 3) | BYTES)) exemplars.push(readExemplar(reader, tally));
    else if (tag === ((6 << 3) | FIXED64)) value = reader.sfixed64();
    else if (tag === ((7 << 3) | BYTES)) readAttribute(reader, draft);
    else if (tag === ((8 << 3) | VARINT)) flags = reader.uint32();
    else reader.skip(tag, NUMBER_FIELDS);
  }
  reader.leave(outer);
  return { attributes: draft.map ?? NO_ATTRIBUTES, startTimeUnixNano, timeUnixNano, flags, value, exemplars };
}

/** HistogramDataPoint. */
export function readHistogramPoint(reader: Reader, tally: Tally): HistogramPoint {
  const outer = reader.enter();
  const draft: AttributeDraft = { map: undefined, dropped: 0 };
  const exemplars: Exemplar[] = [];
  const bucketCounts: bigint[] = [];
  const explicitBounds: number[] = [];
  let startTimeUnixNano = 0n;
  let timeUnixNano = 0n;
  let flags = 0;
  let count = 0n;
  let sum: number | undefined;
  let min: number | undefined;
  let max: number | undefined;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((2 << 3) | FIXED64)) startTimeUnixNano = reader.fixed64();
    else if (tag === ((3 << 3) | FIXED64)) timeUnixNano = reader.fixed64();
    else if (tag === ((4 << 3) | FIXED64)) count = reader.fixed64();
    else if (tag === ((5 << 3) | FIXED64)) sum = reader.double();
    else if (tag === ((6 << 3) | BYTES) || tag === ((6 << 3) | FIXED64)) {
      reader.repeated(tag, readFixed64, bucketCounts);
    } else if (tag === ((7 << 3) | BYTES) || tag === ((7 << 3) | FIXED64)) {
      reader.repeated(tag, readDouble, explicitBounds);
    } else if (tag === ((8 << 3) | BYTES)) exemplars.push(readExemplar(reader, tally));
    else if (tag === ((9 << 3) | BYTES)) readAttribute(reader, draft);
    else if (tag === ((10 << 3) | VARINT)) flags = reader.uint32();
    else if (tag === ((11 << 3) | FIXED64)) min = reader.double();
    else if (tag === ((12 << 3) | FIXED64)) max = reader.double();
    else reader.skip(tag, HISTOGRAM_FIELDS);
  }
  reader.leave(outer);
  const attributes = draft.map ?? NO_ATTRIBUTES;
  const times = { startTimeUnixNano, timeUnixNano };
  return { attributes, ...times, flags, count, sum, min, max, bucketCounts, explicitBounds, exemplars };
}

/** ExponentialHistogramDataPoint. */
export function readExponentialPoint(reader: Reader, tally: Tally): ExponentialHistogramPoint {
  const outer = reader.enter();
  const draft: AttributeDraft = { map: undefined, dropped: 0 };
  const exemplars: Exemplar[] = [];
  let startTimeUnixNano = 0n;
  let timeUnixNano = 0n;
  let flags = 0;
  let count = 0n;
  let sum: number | undefined;
  let min: number | undefined;
  let max: number | undefined;
  let scale = 0;
  let zeroCount = 0n;
  let zeroThreshold = 0;
  let positive: ExponentialBuckets | undefined;
  let negative: ExponentialBuckets | undefined;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) readAttribute(reader, draft);
    else if (tag === ((2 << 3) | FIXED64)) startTimeUnixNano = reader.fixed64();
    else if (tag === ((3 << 3) | FIXED64)) timeUnixNano = reader.fixed64();
    else if (tag === ((4 << 3) | FIXED64)) count = reader.fixed64();
    else if (tag === ((5 << 3) | FIXED64)) sum = reader.double();
    else if (tag === ((6 << 3) | VARINT)) scale = reader.sint32();
    else if (tag === ((7 << 3) | FIXED64)) zeroCount = reader.fixed64();
    else if (tag === ((8 << 3) | BYTES)) positive = readBuckets(reader, positive);
    else if (tag === ((9 << 3) | BYTES)) negative = readBuckets(reader, negative);
    else if (tag === ((10 << 3) | VARINT)) flags = reader.uint32();
    else if (tag === ((11 << 3) | BYTES)) exemplars.push(readExemplar(reader, tally));
    else if (tag === ((12 << 3) | FIXED64)) min = reader.double();
    else if (tag === ((13 << 3) | FIXED64)) max = reader.double();
    else if (tag === ((14 << 3) | FIXED64)) zeroThreshold = reader.double();
    else reader.skip(tag, EXPONENTIAL_FIELDS);
  }
  reader.leave(outer);
  const base = { attributes: draft.map ?? NO_ATTRIBUTES, startTimeUnixNano, timeUnixNano, flags };
  const zero = { scale, zeroCount, zeroThreshold };
  return { ...base, count, sum, min, max, ...zero, positive, negative, exemplars };
}

/** SummaryDataPoint. */
export function readSummaryPoint(reader: Reader): SummaryPoint {
  const outer = reader.enter();
  const draft: AttributeDraft = { map: undefined, dropped: 0 };
  const quantiles: { quantile: number; value: number }[] = [];
  let startTimeUnixNano = 0n;
  let timeUnixNano = 0n;
  let flags = 0;
  let count = 0n;
  let sum = 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((2 << 3) | FIXED64)) startTimeUnixNano = reader.fixed64();
    else if (tag === ((3 << 3) | FIXED64)) timeUnixNano = reader.fixed64();
    else if (tag === ((4 << 3) | FIXED64)) count = reader.fixed64();
    else if (tag === ((5 << 3) | FIXED64)) sum = reader.double();
    else if (tag === ((6 << 3) | BYTES)) quantiles.push(readQuantile(reader));
    else if (tag === ((7 << 3) | BYTES)) readAttribute(reader, draft);
    else if (tag === ((8 << 3) | VARINT)) flags = reader.uint32();
    else reader.skip(tag, SUMMARY_FIELDS);
  }
  reader.leave(outer);
  return { attributes: draft.map ?? NO_ATTRIBUTES, startTimeUnixNano, timeUnixNano, flags, count, sum, quantiles };
}

function readQuantile(reader: Reader): { quantile: number; value: number } {
  const outer = reader.enter();
  const pair = { quantile: 0, value: 0 };
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | FIXED64)) pair.quantile = reader.double();
    else if (tag === ((2 << 3) | FIXED64)) pair.value = reader.double();
    else reader.skip(tag, QUANTILE_FIELDS);
  }
  reader.leave(outer);
  return pair;
}

function readBuckets(reader: Reader, before: ExponentialBuckets | undefined): ExponentialBuckets {
  const outer = reader.enter();
  const bucketCounts = [...(before?.bucketCounts ?? [])];
  let offset = before?.offset ?? 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) offset = reader.sint32();
    else if (tag === ((2 << 3) | BYTES) || tag === ((2 << 3) | VARINT)) reader.repeated(tag, readUint64, bucketCounts);
    else reader.skip(tag, BUCKET_FIELDS);
  }
  reader.leave(outer);
  return { offset, bucketCounts };
}

function readExemplar(reader: Reader, tally: Tally): Exemplar {
  const outer = reader.enter();
  const draft: AttributeDraft = { map: undefined, dropped: 0 };
  let timeUnixNano = 0n;
  let value: number | bigint | undefined;
  let spanId = "";
  let traceId = "";
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((2 << 3) | FIXED64)) timeUnixNano = reader.fixed64();
    else if (tag === ((3 << 3) | FIXED64)) value = reader.double();
    else if (tag === ((4 << 3) | BYTES)) spanId = reader.hex();
    else if (tag === ((5 << 3) | BYTES)) traceId = reader.hex();
    else if (tag === ((6 << 3) | FIXED64)) value = reader.sfixed64();
    else if (tag === ((7 << 3) | BYTES)) readAttribute(reader, draft);
    else reader.skip(tag, EXEMPLAR_FIELDS);
  }
  reader.leave(outer);
  const filteredAttributes = draft.map ?? NO_ATTRIBUTES;
  return takeExemplar({ filteredAttributes, timeUnixNano, value, spanId, traceId }, tally);
}

const readFixed64 = (reader: Reader): bigint => reader.fixed64();
const readUint64 = (reader: Reader): bigint => reader.uint64();
const readDouble = (reader: Reader): number => reader.double();
