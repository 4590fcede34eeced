import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  startMessagesApi,
  startOtlpSink,
  type JsonSpan,
  type MessagesApiDouble,
  type OtlpSink,
} from "@phasewise/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoScript } from "../src/claude-script.ts";

let double: MessagesApiDouble;
let sink: OtlpSink;
let output = "";
let exitCode: number | null;

function start(arguments_: readonly string[], environment: Record<string, string>): Promise<number | null> {
  const child = spawn(process.execPath, ["--conditions=@phasewise/source", ...arguments_], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => {
      output += part;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

beforeAll(async () => {
  double = await startMessagesApi({ script: demoScript(0) });
  sink = await startOtlpSink();
  const register = fileURLToPath(new URL("../../sdk/src/register.ts", import.meta.url));
  const agent = fileURLToPath(new URL("../src/agent.ts", import.meta.url));
  const models = ["--careful", "claude-sonnet-5-5", "--quick", "claude-haiku-5-5"];
  exitCode = await start(["--import", register, agent, "--pace", "0", ...models], {
    ANTHROPIC_BASE_URL: double.url,
    ANTHROPIC_API_KEY: "sk-test",
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    PHASEWISE_SESSION_ID: "session-1",
  });
}, 60_000);

afterAll(async () => {
  await double.stop();
  await sink.stop();
});

function read(span: JsonSpan, key: string): unknown {
  const value = span.attributes?.find((attribute) => attribute.key === key)?.value;
  return value === undefined ? undefined : Object.values(value)[0];
}

function sum(spans: readonly JsonSpan[], key: string): number {
  return spans.reduce((total, span) => total + Number(read(span, key) ?? 0), 0);
}

const calls = (): readonly JsonSpan[] => sink.spans().filter((span) => span.name === "anthropic.messages.create");
const runs = (): readonly JsonSpan[] => sink.spans().filter((span) => span.name.startsWith("invoke_workflow"));

test("the agent ends well although one of its runs fails", () => {
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  expect(runs().map((span) => read(span, "phasewise.run.status"))).toEqual(["succeeded", "succeeded", "failed"]);
});

test("every call of Claude has run, phase, agent and session", () => {
  expect(calls()).toHaveLength(20);
  for (const key of ["phasewise.run.id", "phasewise.phase.name", "phasewise.agent.name", "session.id"]) {
    expect(calls().every((span) => read(span, key) !== undefined)).toBe(true);
  }
  expect(new Set(calls().map((span) => read(span, "phasewise.agent.name")))).toEqual(
    new Set(["strategist", "code-writer", "analyst", "knowledge-extractor", "refiner"]),
  );
});

test("a scan that breaks off is entered a second time", () => {
  const scans = sink.spans().filter((span) => span.name === "phase scan_execution");

  expect(scans.map((span) => [read(span, "phasewise.phase.entry"), span.status?.code])).toEqual([
    [1, 0],
    [1, 2],
    [2, 0],
    [1, 0],
  ]);
});

test("execution is generated from the second iteration on", () => {
  expect(sink.spans().filter((span) => span.name === "phase execution_generation")).toHaveLength(2);
});

test("the spans add up to what the double served", () => {
  const { total } = double.ledger();

  expect(sum(calls(), "gen_ai.usage.output_tokens")).toBe(total.outputTokens);
  expect(sum(calls(), "gen_ai.usage.cache_read.input_tokens")).toBe(total.cacheReadTokens);
  expect(sum(calls(), "anthropic.usage.cache_creation.ephemeral_1h_input_tokens")).toBe(total.cacheWrite1hTokens);
  expect(sum(calls(), "anthropic.usage.cache_creation.ephemeral_5m_input_tokens")).toBe(total.cacheWrite5mTokens);
  expect(total.cacheWrite5mTokens).toBeGreaterThan(0);
});

test("without a collector the demo says how to start one", async () => {
  output = "";
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

  const code = await start([main, "--url", double.url.replace(/\d+$/, "1")], {});

  expect(code).toBe(1);
  expect(output).toContain("npm start");
});
