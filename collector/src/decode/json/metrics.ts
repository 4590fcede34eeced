/** ExportMetricsServiceRequest of OTLP/JSON. Source: opentelemetry/proto/metrics/v1, v1.11.0. */
import { countAccepted, note, reject } from "../check-item.ts";
import type { Envelope, Metric } from "../otlp.ts";
import { attributesField, readEnvelopes } from "./common.ts";
import {
  type Context,
  type JsonObject,
  booleanField,
  enumField,
  isObject,
  listField,
  objectField,
  takeProblem,
  textField,
} from "./fields.ts";
import { exponentialPoint, histogramPoint, numberPoint, summaryPoint } from "./metric-points.ts";

const TEMPORALITIES: ReadonlyMap<string, number> = new Map([
  ["AGGREGATION_TEMPORALITY_UNSPECIFIED", 0],
  ["AGGREGATION_TEMPORALITY_DELTA", 1],
  ["AGGREGATION_TEMPORALITY_CUMULATIVE", 2],
]);
const KINDS = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"] as const;

/** The metrics of a parsed body; what is counted is their data points. */
export function readMetrics(context: Context, request: JsonObject): Envelope<Metric>[] {
  const fields = { resources: "resourceMetrics", scopes: "scopeMetrics", items: "metrics" };
  return readEnvelopes(context, request, fields, (raw) => {
    if (!isObject(raw)) {
      reject(context.tally, 1, "metrics: expected an object");
      return undefined;
    }
    const metric = readMetric(context, raw);
    const problem = takeProblem(context);
    if (problem === undefined) return metric;
    // The points read well, but their metric did not: they go with it.
    const points = metric?.points.length ?? 0;
    context.tally.accepted -= points;
    reject(context.tally, Math.max(points, 1), problem);
    return undefined;
  });
}

function readMetric(context: Context, raw: JsonObject): Metric | undefined {
  const base = {
    name: textField(context, raw, "name"),
    description: textField(context, raw, "description"),
    unit: textField(context, raw, "unit"),
    metadata: attributesField(context, raw, "metadata").attributes,
  };
  const kind = KINDS.find((name) => raw[name] !== undefined && raw[name] !== null);
  if (kind === undefined) {
    note(context.tally, "metrics: expected gauge, sum, histogram, exponentialHistogram or summary; a metric had none");
    return undefined;
  }
  const data = objectField(context, raw, kind);
  const temporality = enumField(context, data, "aggregationTemporality", TEMPORALITIES);
  switch (kind) {
    case "gauge":
      return { ...base, type: "gauge", points: readPoints(context, data, numberPoint) };
    case "sum": {
      const monotonic = booleanField(context, data, "isMonotonic");
      return { ...base, type: "sum", points: readPoints(context, data, numberPoint), temporality, monotonic };
    }
    case "histogram":
      return { ...base, type: "histogram", points: readPoints(context, data, histogramPoint), temporality };
    case "exponentialHistogram":
      return {
        ...base,
        type: "exponential_histogram",
        points: readPoints(context, data, exponentialPoint),
        temporality,
      };
    default:
      return { ...base, type: "summary", points: readPoints(context, data, summaryPoint) };
  }
}

function readPoints<Point>(
  context: Context,
  data: JsonObject,
  readPoint: (context: Context, raw: JsonObject) => Point,
): readonly Point[] {
  const outer = takeProblem(context);
  const points: Point[] = [];
  const list = listField(context, data, "dataPoints");
  const wrongList = takeProblem(context);
  for (const raw of list) {
    const point = isObject(raw) ? readPoint(context, raw) : undefined;
    const problem = takeProblem(context);
    if (point === undefined || problem !== undefined) {
      reject(context.tally, 1, problem ?? "dataPoints: expected an object");
    } else {
      points.push(point);
      countAccepted(context.tally, 1);
    }
  }
  context.problem = outer ?? wrongList;
  return points;
}
