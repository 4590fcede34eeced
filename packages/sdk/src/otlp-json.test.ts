import { SpanStatusCode, trace } from "@opentelemetry/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordInMemory } from "../test/support/memory.ts";
import { otlpSink, type OtlpSink } from "../test/support/otlp-sink.ts";
import { run } from "./index.ts";
import { logExporter, spanExporter } from "./exporters.ts";
import { lastRequest, postAndWait } from "./last-post.ts";
import { readOtelSettings } from "./otel-settings.ts";
import { logsJson, tracesJson } from "./otlp-json.ts";
import { createOutbox } from "./outbox.ts";

describe("the last request before the end", () => {
  const memory = recordInMemory();
  let usual: OtlpSink;
  let last: OtlpSink;

  beforeAll(async () => {
    usual = await otlpSink();
    last = await otlpSink();
  });
  afterAll(async () => {
    await usual.close();
    await last.close();
  });

  it("says the same as the usual exporters", async () => {
    run({ name: "r", number: 2 }, () => {
      const span = trace.getTracer("other", "1.0").startSpan("x", {
        attributes: { text: "é\u0000", count: 3, ratio: 0.5, big: 2 ** 60, yes: true, list: ["a", "b"] },
        links: [{ context: { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 } }],
      });
      span.setStatus({ code: SpanStatusCode.ERROR, message: "bad" });
      span.recordException(new Error("bad"));
      span.end();
    });
    const spans = memory.spans.getFinishedSpans();
    const records = memory.logs.getFinishedLogRecords();
    expect(spans.length + records.length).toBe(3);

    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_EXPORTER_OTLP_ENDPOINT: usual.url };
    const settings = readOtelSettings(env);
    const spanOut = spanExporter(settings.traces, createOutbox());
    const logOut = logExporter(settings.logs, createOutbox());
    spanOut.export(spans, () => {});
    logOut.export(records, () => {});
    await Promise.all([spanOut.forceFlush(), logOut.forceFlush()]);

    const { traces, logs } = readOtelSettings({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: last.url });
    const requests = [lastRequest(traces, env, tracesJson(spans)), lastRequest(logs, env, logsJson(records))];
    // The sink lives in this thread, which waits: the requests arrive once it no longer does.
    expect(postAndWait(requests, 200)).toBe(false);
    await expect.poll(() => last.spans.length + last.logs.length).toBe(3);
    expect(last.spans).toEqual(usual.spans);
    expect(last.logs).toEqual(usual.logs);
  });

  it("carries the headers of the environment", () => {
    const env = { OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20a,x=1", OTEL_EXPORTER_OTLP_LOGS_HEADERS: "x=2" };
    const { traces, logs } = readOtelSettings(env);
    expect(lastRequest(traces, env, "").headers).toMatchObject({ authorization: "Bearer a", x: "1" });
    expect(lastRequest(logs, env, "").headers).toMatchObject({ authorization: "Bearer a", x: "2" });
  });
});
