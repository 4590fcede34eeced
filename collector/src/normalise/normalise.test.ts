import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeJson } from "../decode/json.ts";
import { mergeBatches, normalise } from "./normalise.ts";
import type { MetricPointRecord } from "./records.ts";

const CAPTURED_METRICS = readFileSync(new URL("fixtures/claude-code-2.1.329-metrics.json", import.meta.url), "utf8");
const RECEIVED = 1_795_000_000_000_000_000n;
const IDS = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", startTimeUnixNano: "1", endTimeUnixNano: "2", name: "x" };

function text(key: string, stringValue: string): unknown {
  return { key, value: { stringValue } };
}

function logs(resource: unknown[], records: unknown[]): ReturnType<typeof normalise> {
  const body = { resourceLogs: [{ resource: { attributes: resource }, scopeLogs: [{ logRecords: records }] }] };
  return normalise(decodeJson("logs", JSON.stringify(body)), RECEIVED);
}

function metrics(metric: unknown): readonly MetricPointRecord[] {
  const body = { resourceMetrics: [{ resource: {}, scopeMetrics: [{ metrics: [metric] }] }] };
  return normalise(decodeJson("metrics", JSON.stringify(body)), RECEIVED).metricPoints;
}

describe("normalising a request", () => {
  it("says of every item where it came from, and shares that within an envelope", () => {
    const scope = (name: string, spanIds: string[]): unknown => ({
      scope: { name },
      spans: spanIds.map((spanId) => ({ ...IDS, spanId })),
    });
    const body = {
      resourceSpans: [
        {
          resource: { attributes: [text("service.name", "trader"), text("a", "1")] },
          scopeSpans: [scope("one", ["00f067aa0ba902b1", "00f067aa0ba902b2"]), scope("two", ["00f067aa0ba902b3"])],
        },
        {
          resource: { attributes: [text("a", "1"), text("service.name", "trader")] },
          scopeSpans: [scope("one", ["00f067aa0ba902b4"])],
        },
      ],
    };
    const { spans } = normalise(decodeJson("traces", JSON.stringify(body)), RECEIVED);
    const [first, second, third, fourth] = spans.map(({ origin }) => origin);

    expect(first).toBe(second);
    expect(first).toMatchObject({ service: "trader", receivedUnixNano: RECEIVED });
    expect(third?.resourceId).toBe(first?.resourceId);
    expect(third?.scopeId).not.toBe(first?.scopeId);
    expect([fourth?.resourceId, fourth?.scopeId]).toStrictEqual([first?.resourceId, first?.scopeId]);
  });

  it("reads what our names say of a run in every dialect, and the commit from the process", () => {
    const attributes = [
      { key: "phasewise.run.number", value: { intValue: "4" } },
      text("phasewise.outcome.success", "true"),
      { key: "phasewise.outcome.confidence", value: { doubleValue: 1.5 } },
      text("phasewise.category", "bug"),
      text("gen_ai.agent.version", "2"),
    ];
    const body = {
      resourceSpans: [
        {
          resource: { attributes: [text("vcs.ref.head.revision", "abc")] },
          scopeSpans: [{ scope: { name: "any" }, spans: [{ ...IDS, spanId: "00f067aa0ba902b7", attributes }] }],
        },
      ],
    };
    const [record] = normalise(decodeJson("traces", JSON.stringify(body)), RECEIVED).spans;

    expect(record?.reading).toMatchObject({
      dialect: "unknown",
      runNumber: 4,
      success: true,
      category: "bug",
      agentVersion: "2",
      gitCommit: "abc",
    });
    expect(record?.reading.confidence).toBeUndefined();
  });

  it("gives a log record that is delivered twice the same id, and two equal lines of one request two", () => {
    const line = { timeUnixNano: "5", body: { stringValue: "order sent" } };
    const once = logs([text("service.name", "a")], [line, line, { ...line, timeUnixNano: "6" }]);
    const again = logs([text("service.name", "a")], [line, line, { ...line, timeUnixNano: "6" }]);
    const elsewhere = logs([text("service.name", "b")], [line]);
    const ids = once.logs.map(({ logId }) => logId);

    expect(new Set(ids).size).toBe(3);
    expect(again.logs.map(({ logId }) => logId)).toStrictEqual(ids);
    expect(ids).not.toContain(elsewhere.logs[0]?.logId);
  });

  it("merges batches in their order", () => {
    const one = logs([], [{ timeUnixNano: "1" }]);
    const two = logs([], [{ timeUnixNano: "2" }, { timeUnixNano: "3" }]);

    expect(mergeBatches([one, two]).logs).toStrictEqual([...one.logs, ...two.logs]);
    expect(mergeBatches([one])).toBe(one);
    expect(mergeBatches([])).toStrictEqual({ spans: [], logs: [], metricPoints: [] });
  });
});

describe("metric points", () => {
  it("are one record a point, as Claude Code sends them: five requests of 120, 42, 5000 and 1000 tokens", () => {
    const { metricPoints } = normalise(decodeJson("metrics", CAPTURED_METRICS), RECEIVED);
    const tokens = metricPoints.filter(({ metricName }) => metricName === "claude_code.token.usage");
    const sumOf = (type: string): number =>
      tokens
        .filter(({ attributes }) => attributes.get("type") === type)
        .reduce((sum, p) => sum + (p.valueDouble ?? 0), 0);

    expect(["input", "output", "cacheRead", "cacheCreation"].map(sumOf)).toStrictEqual([600, 210, 25_000, 5000]);
    expect(tokens[0]).toMatchObject({ type: "sum", temporality: "delta", monotonic: true, unit: "tokens" });
    expect(new Set(metricPoints.map(({ pointId }) => pointId)).size).toBe(metricPoints.length);
    expect(metricPoints[0]?.origin.service).toBe("claude-code");
  });

  it("have the same id when they come again, and another one for another value, time or attribute", () => {
    const point = { timeUnixNano: "9", asInt: "3", attributes: [text("a", "1")] };
    const id = (change: object): string | undefined =>
      metrics({ name: "m", gauge: { dataPoints: [{ ...point, ...change }] } })[0]?.pointId;

    expect(id({})).toBe(id({}));
    expect(new Set([id({}), id({ asInt: "4" }), id({ timeUnixNano: "8" }), id({ attributes: [] })]).size).toBe(4);
  });

  it("keep integers and doubles apart, and have neither when nothing was recorded", () => {
    const points = metrics({
      name: "m",
      gauge: {
        dataPoints: [
          { timeUnixNano: "9", asInt: "3" },
          { timeUnixNano: "9", asDouble: 3 },
          { timeUnixNano: "9", flags: 1 },
        ],
      },
    });

    expect(points.map(({ valueInt, valueDouble }) => [valueInt, valueDouble])).toStrictEqual([
      [3n, undefined],
      [undefined, 3],
      [undefined, undefined],
    ]);
    expect(points[0]).toMatchObject({
      type: "gauge",
      temporality: undefined,
      monotonic: undefined,
      detailJson: undefined,
    });
  });

  it("keep buckets, bounds and exemplars of a histogram as OTLP/JSON text", () => {
    const [point] = metrics({
      name: "m",
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            timeUnixNano: "9",
            count: "3",
            sum: 1.5,
            min: 0.1,
            max: 1,
            bucketCounts: ["1", "2"],
            explicitBounds: [0.5],
            exemplars: [
              {
                timeUnixNano: "8",
                asDouble: "NaN",
                spanId: "00f067aa0ba902b7",
                traceId: IDS.traceId,
                filteredAttributes: [text("k", "v"), { key: "n", value: { intValue: "7" } }],
              },
            ],
          },
        ],
      },
    });

    expect(point).toMatchObject({
      type: "histogram",
      temporality: "cumulative",
      count: 3n,
      sum: 1.5,
      min: 0.1,
      max: 1,
    });
    expect(JSON.parse(point?.detailJson ?? "")).toStrictEqual({
      bucketCounts: ["1", "2"],
      explicitBounds: [0.5],
      exemplars: [
        {
          filteredAttributes: [
            { key: "k", value: { stringValue: "v" } },
            { key: "n", value: { intValue: "7" } },
          ],
          timeUnixNano: "8",
          asDouble: "NaN",
          spanId: "00f067aa0ba902b7",
          traceId: IDS.traceId,
        },
      ],
    });
  });

  it("keep the buckets of an exponential histogram and the quantiles of a summary", () => {
    const [exponential] = metrics({
      name: "m",
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          { timeUnixNano: "9", count: "3", scale: 2, zeroCount: "1", positive: { offset: -1, bucketCounts: ["2"] } },
        ],
      },
    });
    const [summary] = metrics({
      name: "m",
      summary: {
        dataPoints: [{ timeUnixNano: "9", count: "3", sum: 6, quantileValues: [{ quantile: 0.5, value: 2 }] }],
      },
    });

    expect(exponential).toMatchObject({ type: "exponential_histogram", temporality: "delta", count: 3n });
    expect(JSON.parse(exponential?.detailJson ?? "")).toMatchObject({
      scale: 2,
      zeroCount: "1",
      zeroThreshold: 0,
      positive: { offset: -1, bucketCounts: ["2"] },
    });
    expect(summary).toMatchObject({ type: "summary", count: 3n, sum: 6, temporality: undefined });
    expect(summary?.detailJson).toBe('{"quantileValues":[{"quantile":0.5,"value":2}]}');
  });
});
