import type { ExportResult } from "@opentelemetry/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordInMemory } from "../test/support/memory.ts";
import { otlpSink, type OtlpSink } from "../test/support/otlp-sink.ts";
import { phase } from "./index.ts";
import { spanExporter } from "./exporters.ts";
import { readOtelSettings } from "./otel-settings.ts";
import { createOutbox } from "./outbox.ts";
import { patientExporter } from "./patient-exporter.ts";

const memory = recordInMemory();

describe("the exporter of spans", () => {
  let sink: OtlpSink;
  const exporter = (url: string) => {
    const env = {
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_TIMEOUT: "300",
    };
    return spanExporter(readOtelSettings(env).traces, createOutbox());
  };
  const batch = (name: string) => {
    memory.reset();
    phase(name, () => {});
    return memory.spans.getFinishedSpans();
  };

  beforeEach(async () => {
    sink = await otlpSink();
  });
  afterEach(() => sink.close());

  it("delivers after a 503, a hang and a refused connection, in order and once", async () => {
    sink.answers.push(503, 0);
    const out = exporter(sink.url);
    for (const name of ["a", "b", "c"]) out.export(batch(name), () => {});
    await out.forceFlush();
    expect(out.reachable).toBe(false);
    await expect
      .poll(() => sink.spans.map(({ name }) => name), { timeout: 10_000 })
      .toEqual(["phase a", "phase b", "phase c"]);
    expect(out.reachable).toBe(true);
    expect(out.dropped).toBe(0);

    await sink.close();
    out.export(batch("d"), () => {});
    await out.forceFlush();
    expect(out.reachable).toBe(false);
    sink = await otlpSink(Number(new URL(sink.url).port));
    await expect.poll(() => sink.spans.map(({ name }) => name), { timeout: 10_000 }).toEqual(["phase d"]);
  });

  it("drops what is refused for good, and goes on with the next", async () => {
    sink.answers.push(400);
    const out = exporter(sink.url);
    out.export(batch("bad"), () => {});
    out.export(batch("good"), () => {});
    await out.forceFlush();
    expect(sink.spans.map(({ name }) => name)).toEqual(["phase good"]);
    expect(out.dropped).toBe(1);
  });

  it("takes every batch at once, and keeps no more than its limit", () => {
    const settled: number[][] = [];
    const inner = {
      export: (_items: number[], _done: (result: ExportResult) => void) => {},
      shutdown: () => Promise.resolve(),
    };
    const out = patientExporter<number[]>(inner, {
      destination: "nowhere",
      sizeOf: (items) => items.length,
      limit: 5,
      onSettled: (items) => settled.push(items),
    });
    let taken = 0;
    for (let index = 0; index < 10; index += 1) out.export([index, index], () => (taken += 1));
    expect(taken).toBe(10);
    expect(out.dropped).toBe(16);
    expect(settled.flat()).toHaveLength(16);
    expect(settled[0]).toEqual([0, 0]);
  });
});
