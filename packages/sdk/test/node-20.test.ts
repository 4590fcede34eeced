import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { otlpSink, type OtlpSink } from "./support/otlp-sink.ts";
import { findNode, runProgram } from "./support/program.ts";

const node20 = findNode(20);

describe.skipIf(node20 === undefined)("the built package on Node 20", () => {
  let sink: OtlpSink;
  const options = (ending: string) => ({
    node: node20 ?? "",
    args: [ending],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
  });

  beforeAll(() => {
    const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
    execFileSync(process.execPath, [
      join(typescript, "bin", "tsc"),
      "-b",
      fileURLToPath(new URL("..", import.meta.url)),
    ]);
  });
  beforeEach(async () => {
    sink = await otlpSink();
  });
  afterEach(() => sink.close());

  it.each([
    ["return", 0, "succeeded"],
    ["exit", 7, "failed"],
    ["crash", 1, "failed"],
  ])("sends a program that ends by %s", async (ending, code, status) => {
    const ended = await runProgram("agent.mjs", options(ending));
    expect(ended.code).toBe(code);
    const run = sink.spans.find(({ name }) => name === "invoke_workflow demo");
    expect(run?.attributes["phasewise.run.status"]).toBe(status);
    expect(sink.spans).toHaveLength(4);
  });

  it("sends everything on SIGTERM and dies of it", async () => {
    const ended = await runProgram("agent.mjs", { ...options("wait"), kill: "SIGTERM" });
    expect(ended).toMatchObject({ code: null, signal: "SIGTERM", stderr: "" });
    expect(sink.spans).toHaveLength(4);
  });

  it("gives trace and labels to child processes", async () => {
    const ended = await runProgram("parent.mjs", options(""));
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const workers = sink.spans.filter(({ name }) => name === "invoke_agent child worker");
    expect(workers.map(({ attributes }) => attributes["phasewise.run.id"])).toEqual(["run-1", "run-1"]);
  });
});
