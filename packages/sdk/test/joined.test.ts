import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { otlpSink, type OtlpSink } from "./support/otlp-sink.ts";
import { runProgram } from "./support/program.ts";

describe("register beside a tracer provider that is there already", () => {
  let sink: OtlpSink;
  const join = (kind: string) =>
    runProgram("joined.mjs", {
      args: [kind],
      register: false,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
    });

  beforeAll(async () => {
    sink = await otlpSink();
  });
  afterAll(() => sink.close());

  it("says once that the provider takes no processor, and leaves its spans to it", async () => {
    const ended = await join("closed");
    expect(ended.code).toBe(0);
    expect(ended.stderr.match(/^\[phasewise\] .*tracer provider already/gm)).toHaveLength(1);
    expect(JSON.parse(ended.stdout)).toEqual([
      ["x", null],
      ["invoke_workflow r", "1"],
    ]);
    expect(sink.spans).toEqual([]);
    expect(sink.logs.map(({ attributes }) => attributes["phasewise.span.kind"])).toEqual(["run"]);
  });

  it("labels its spans when it takes processors", async () => {
    const ended = await join("open");
    expect(ended.stderr).toBe("");
    expect(JSON.parse(ended.stdout)).toEqual([
      ["x", "1"],
      ["invoke_workflow r", "1"],
    ]);
  });

  it("labels its spans when it was given our processor", async () => {
    expect(JSON.parse((await join("labels")).stdout)).toEqual([
      ["x", "1"],
      ["invoke_workflow r", "1"],
    ]);
  });
});
