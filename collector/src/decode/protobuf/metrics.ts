/** ExportMetricsServiceRequest. Source: opentelemetry/proto/metrics/v1, v1.11.0. */
import { type AttributeDraft, NO_ATTRIBUTES } from "../attributes.ts";
import { type Tally, countAccepted, note } from "../check-item.ts";
import type {
  Envelope,
  ExponentialHistogramPoint,
  HistogramPoint,
  Metric,
  NumberPoint,
  SummaryPoint,
} from "../otlp.ts";
import { readAttribute, readEnvelopes } from "./common.ts";
import { readExponentialPoint, readHistogramPoint, readNumberPoint, readSummaryPoint } from "./metric-points.ts";
import { BYTES, type Reader, VARINT, fieldSet } from "./reader.ts";

const METRIC_FIELDS = fieldSet(1, 2, 3, 5, 7, 9, 10, 11, 12);
const DATA_FIELDS: Readonly<Record<Data["type"], number>> = {
  gauge: fieldSet(1),
  sum: fieldSet(1, 2, 3),
  histogram: fieldSet(1, 2),
  exponential_histogram: fieldSet(1, 2),
  summary: fieldSet(1),
};

/** The metrics of a body; what is counted is their data points. */
export function readMetrics(reader: Reader, tally: Tally): Envelope<Metric>[] {
  return readEnvelopes(reader, (inner) => readMetric(inner, tally));
}

interface DataBase {
  temporality: number;
  monotonic: boolean;
}

/** The `data` of a metric while it is read. */
type Data = DataBase &
  (
    | { readonly type: "gauge" | "sum"; readonly points: NumberPoint[] }
    | { readonly type: "histogram"; readonly points: HistogramPoint[] }
    | { readonly type: "exponential_histogram"; readonly points: ExponentialHistogramPoint[] }
    | { readonly type: "summary"; readonly points: SummaryPoint[] }
  );

function readMetric(reader: Reader, tally: Tally): Metric | undefined {
  const outer = reader.enter();
  const metadata: AttributeDraft = { map: undefined, dropped: 0 };
  let name = "";
  let description = "";
  let unit = "";
  let data: Data | undefined;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) name = reader.text();
    else if (tag === ((2 << 3) | BYTES)) description = reader.text();
    else if (tag === ((3 << 3) | BYTES)) unit = reader.text();
    else if (tag === ((5 << 3) | BYTES)) data = readData(reader, tally, data, "gauge");
    else if (tag === ((7 << 3) | BYTES)) data = readData(reader, tally, data, "sum");
    else if (tag === ((9 << 3) | BYTES)) data = readData(reader, tally, data, "histogram");
    else if (tag === ((10 << 3) | BYTES)) data = readData(reader, tally, data, "exponential_histogram");
    else if (tag === ((11 << 3) | BYTES)) data = readData(reader, tally, data, "summary");
    else if (tag === ((12 << 3) | BYTES)) readAttribute(reader, metadata);
    else reader.skip(tag, METRIC_FIELDS);
  }
  reader.leave(outer);
  if (data === undefined) {
    note(tally, "metrics: expected gauge, sum, histogram, exponentialHistogram or summary; a metric had none");
    return undefined;
  }
  countAccepted(tally, data.points.length);
  return finish({ name, description, unit, metadata: metadata.map ?? NO_ATTRIBUTES }, data);
}

function finish(base: Pick<Metric, "name" | "description" | "unit" | "metadata">, data: Data): Metric {
  const { temporality, monotonic } = data;
  switch (data.type) {
    case "gauge":
      return { ...base, type: "gauge", points: data.points };
    case "sum":
      return { ...base, type: "sum", points: data.points, temporality, monotonic };
    case "histogram":
      return { ...base, type: "histogram", points: data.points, temporality };
    case "exponential_histogram":
      return { ...base, type: "exponential_histogram", points: data.points, temporality };
    default:
      return { ...base, type: "summary", points: data.points };
  }
}

/** Reads one member of the `data` oneof: another member replaces what came before, the same one merges with it. */
function readData(reader: Reader, tally: Tally, before: Data | undefined, type: Data["type"]): Data {
  const data: Data = before?.type === type ? before : { type, points: [], temporality: 0, monotonic: false };
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) readPoint(reader, tally, data);
    else if (tag === ((2 << 3) | VARINT) && type !== "gauge" && type !== "summary") data.temporality = reader.int32();
    else if (tag === ((3 << 3) | VARINT) && type === "sum") data.monotonic = reader.bool();
    else reader.skip(tag, DATA_FIELDS[type]);
  }
  reader.leave(outer);
  return data;
}

function readPoint(reader: Reader, tally: Tally, data: Data): void {
  switch (data.type) {
    case "histogram":
      data.points.push(readHistogramPoint(reader, tally));
      break;
    case "exponential_histogram":
      data.points.push(readExponentialPoint(reader, tally));
      break;
    case "summary":
      data.points.push(readSummaryPoint(reader));
      break;
    default:
      data.points.push(readNumberPoint(reader, tally));
  }
}
