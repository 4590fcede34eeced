import { afterEach, beforeEach, expect, test } from "vitest";
import { runClaudeCode } from "./claude-code.ts";
import { startMessagesApi, type MessagesApiDouble } from "./messages-api/double.ts";
import { startOtlpSink, type OtlpSink } from "./otlp-sink.ts";
import type { JsonKeyValue } from "./otlp.ts";

let double: MessagesApiDouble;
let sink: OtlpSink;

beforeEach(async () => {
  double = await startMessagesApi();
  sink = await startOtlpSink();
});

afterEach(async () => {
  await double.stop();
  await sink.stop();
});

function read(item: { readonly attributes?: readonly JsonKeyValue[] }, key: string): unknown {
  const value = item.attributes?.find((attribute) => attribute.key === key)?.value;
  return value === undefined ? undefined : Object.values(value)[0];
}

test("the real CLI runs a tool and a sub-agent against the double, at the ledger's cost", async () => {
  const prompt =
    'Please. [[tool:Bash {"command":"echo hi"}]] [[agent:general-purpose do the sub job [[tool:Bash {"command":"echo sub"}]]]]';

  const run = await runClaudeCode({
    prompt,
    apiUrl: double.url,
    otlp: { endpoint: sink.url, protocol: "http/json" },
    resourceAttributes: { "phasewise.phase.name": "analysis" },
  });

  const { entries, total } = double.ledger();
  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.result).toMatchObject({ subtype: "success", is_error: false });
  expect(entries.map((entry) => entry.stopReason)).toEqual([
    "tool_use",
    "tool_use",
    "tool_use",
    "end_turn",
    "end_turn",
  ]);
  expect(run.result?.total_cost_usd).toBeCloseTo(Number(total.costPicoUsd) / 1e12, 9);

  const calls = sink.spans().filter((span) => span.name === "claude_code.llm_request");
  const events = sink.logs().filter((log) => read(log, "event.name") === "api_request");
  const served = entries.map((entry) => entry.requestId).sort();
  expect(calls.map((span) => String(read(span, "request_id"))).sort()).toEqual(served);
  expect(events.map((event) => String(read(event, "request_id"))).sort()).toEqual(served);
  expect(calls.filter((span) => read(span, "agent_id") !== undefined)).toHaveLength(2);
  expect(calls.every((span) => read(span, "phasewise.phase.name") === "analysis")).toBe(true);
  expect(sink.metrics().map((metric) => metric.name)).toContain("claude_code.token.usage");
}, 120_000);

test("the CLI retries an overloaded API, and telemetry comes as protobuf when asked", async () => {
  const run = await runClaudeCode({
    prompt: "[[status:529]] say something",
    apiUrl: double.url,
    otlp: { endpoint: sink.url, protocol: "http/protobuf" },
  });

  expect(run.result?.is_error).toBe(false);
  expect(double.ledger().entries.map((entry) => entry.status)).toEqual([529, 200]);
  const types = new Set(sink.requests().map((request) => request.headers["content-type"]));
  expect([...types]).toEqual(["application/x-protobuf"]);
}, 120_000);
