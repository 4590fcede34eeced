import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startOtlpSink, type OtlpSink } from "./otlp-sink.ts";
import { logsPayload, metricsPayload, tracesPayload } from "./otlp.ts";

let sink: OtlpSink;

beforeEach(async () => {
  sink = await startOtlpSink();
});

afterEach(async () => {
  await sink.stop();
});

async function post(signal: string, payload: unknown): Promise<number> {
  const response = await fetch(`${sink.url}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    body: gzipSync(JSON.stringify(payload)),
  });
  return response.status;
}

test("what was sent as JSON can be read as spans, logs and metrics", async () => {
  const origin = { resource: { "service.name": "agent" }, scope: "s" };
  const at = 1_790_000_000_000;
  const attributes = { text: "a", whole: 3, part: 0.5, yes: true, list: ["x"] };

  await post("traces", tracesPayload(origin, [{ trace: 1, id: 2, name: "chat", startUnixMs: at, attributes }]));
  await post("logs", logsPayload(origin, [{ atUnixMs: at, eventName: "e", trace: 1, span: 2 }]));
  await post("metrics", metricsPayload(origin, [{ name: "m", startUnixMs: at, atUnixMs: at, value: 4 }]));

  expect(sink.spans()).toMatchObject([
    {
      traceId: "00000000000000000000000000000001",
      spanId: "0000000000000002",
      name: "chat",
      startTimeUnixNano: "1790000000000000000",
      endTimeUnixNano: "1790000000001000000",
    },
  ]);
  expect(sink.spans()[0]?.attributes).toEqual([
    { key: "text", value: { stringValue: "a" } },
    { key: "whole", value: { intValue: "3" } },
    { key: "part", value: { doubleValue: 0.5 } },
    { key: "yes", value: { boolValue: true } },
    { key: "list", value: { arrayValue: { values: [{ stringValue: "x" }] } } },
  ]);
  expect(sink.logs()).toMatchObject([{ eventName: "e", spanId: "0000000000000002" }]);
  expect(sink.metrics()).toMatchObject([{ name: "m", sum: { aggregationTemporality: 1, isMonotonic: true } }]);
});

test("a request that is answered with an error is not kept", async () => {
  const failing = await startOtlpSink({ status: (index) => (index === 0 ? 503 : 200) });
  const send = async (): Promise<number> => {
    const headers = { "content-type": "application/x-protobuf" };
    return (await fetch(`${failing.url}/v1/traces`, { method: "POST", headers, body: "x" })).status;
  };

  expect([await send(), await send()]).toEqual([503, 200]);
  expect(failing.requests()).toHaveLength(1);
  await failing.stop();
});
