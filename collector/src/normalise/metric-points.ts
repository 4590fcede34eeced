import type { Metric, Temporality } from "../decode/otlp.ts";
import { type PointContent, pointIdOf } from "./content-hash.ts";
import { exponentialHistogramDetail, histogramDetail, numberDetail, summaryDetail } from "./detail-json.ts";
import type { MetricPointRecord, Origin } from "./records.ts";

type Numbers = Pick<MetricPointRecord, "valueInt" | "valueDouble" | "count" | "sum" | "min" | "max" | "detailJson">;
type Point = Metric["points"][number];

const NO_NUMBERS: Numbers = {
  valueInt: undefined,
  valueDouble: undefined,
  count: undefined,
  sum: undefined,
  min: undefined,
  max: undefined,
  detailJson: undefined,
};

/** The points of one metric as flat records, one a point. */
export function toMetricPoints(metric: Metric, origin: Origin): MetricPointRecord[] {
  switch (metric.type) {
    case "gauge":
    case "sum":
      return metric.points.map((point) =>
        toRecord(metric, origin, point, {
          ...NO_NUMBERS,
          valueInt: typeof point.value === "bigint" ? point.value : undefined,
          valueDouble: typeof point.value === "number" ? point.value : undefined,
          detailJson: numberDetail(point),
        }),
      );
    case "histogram":
      return metric.points.map((point) =>
        toRecord(metric, origin, point, { ...NO_NUMBERS, ...distribution(point), detailJson: histogramDetail(point) }),
      );
    case "exponential_histogram":
      return metric.points.map((point) =>
        toRecord(metric, origin, point, {
          ...NO_NUMBERS,
          ...distribution(point),
          detailJson: exponentialHistogramDetail(point),
        }),
      );
    case "summary":
      return metric.points.map((point) =>
        toRecord(metric, origin, point, {
          ...NO_NUMBERS,
          count: point.count,
          sum: point.sum,
          detailJson: summaryDetail(point),
        }),
      );
    default:
      return metric satisfies never;
  }
}

function distribution(point: Pick<Numbers & { count: bigint }, "count" | "sum" | "min" | "max">): Partial<Numbers> {
  return { count: point.count, sum: point.sum, min: point.min, max: point.max };
}

function toRecord(metric: Metric, origin: Origin, point: Point, numbers: Numbers): MetricPointRecord {
  const { valueInt, valueDouble, count, sum, min, max, detailJson } = numbers;
  const content: PointContent = {
    metric,
    attributes: point.attributes,
    startUnixNano: point.startTimeUnixNano,
    timeUnixNano: point.timeUnixNano,
    flags: point.flags,
    values: [valueInt, valueDouble, count, sum, min, max, detailJson],
  };
  return {
    origin,
    pointId: pointIdOf(content, origin),
    metricName: metric.name,
    description: metric.description,
    unit: metric.unit,
    type: metric.type,
    temporality: "temporality" in metric ? temporalityName(metric.temporality) : undefined,
    monotonic: metric.type === "sum" ? metric.monotonic : undefined,
    metadata: metric.metadata,
    attributes: point.attributes,
    startUnixNano: point.startTimeUnixNano,
    timeUnixNano: point.timeUnixNano,
    flags: point.flags,
    ...numbers,
  };
}

function temporalityName(temporality: Temporality): string | undefined {
  if (temporality === 1) return "delta";
  return temporality === 2 ? "cumulative" : undefined;
}
