/** The real Claude Code CLI, a double of the Messages API, a real collector: from a prompt to a report. */
import { formatUsd, runClaudeCode, startCollector, startMessagesApi, type CollectorProcess } from "@phasewise/testing";
import { afterEach, describe, expect, test } from "vitest";
import { readReport } from "./support/reports.ts";

let collector: CollectorProcess | undefined;
let api: Awaited<ReturnType<typeof startMessagesApi>> | undefined;

afterEach(async () => {
  await collector?.stop();
  await api?.stop();
});

const PROMPT =
  'Say hello with the shell, then let a sub-agent do a small job. [[tool:Bash {"command":"echo hello","description":"say hello"}]]' +
  " [[agent:general-purpose do the sub job now]]";

describe.each(["http/json", "http/protobuf", "grpc"] as const)("Claude Code over %s", (protocol) => {
  test("one prompt with a tool and a sub-agent: each call counts once, at Claude Code's own cost, at the right agent", async () => {
    api = await startMessagesApi();
    collector = await startCollector();

    const run = await runClaudeCode({
      prompt: PROMPT,
      apiUrl: api.url,
      model: "claude-sonnet-4-5",
      otlp: { endpoint: protocol === "grpc" ? collector.otlpGrpcUrl : collector.otlpUrl, protocol },
      resourceAttributes: { "phasewise.run.id": "cc-1", "phasewise.run.name": "cc", "phasewise.phase.name": "review" },
    });
    expect(run.exitCode, run.stderr).toBe(0);
    await collector.ready();

    const models = await readReport(collector.url, "model_report");
    const agents = await readReport(collector.url, "agent_report");
    const phases = await readReport(collector.url, "phase_report");
    const tools = await readReport(collector.url, "sql", "select tool, status from tool_calls order by started_at");
    const answered = api.ledger().entries.filter((entry) => entry.ended === "whole");
    const sum = (rows: typeof models, column: string): number =>
      rows.reduce((total, row) => total + Number(row[column] ?? 0), 0);

    expect(sum(models, "model_calls")).toBe(answered.length);
    expect(answered.length).toBeGreaterThanOrEqual(4);
    const { total } = api.ledger();
    expect(sum(models, "uncached_input_tokens")).toBe(total.uncachedInputTokens);
    expect(sum(models, "cache_read_tokens")).toBe(total.cacheReadTokens);
    expect(sum(models, "cache_write_5m_tokens")).toBe(total.cacheWrite5mTokens);
    expect(sum(models, "cache_write_1h_tokens")).toBe(total.cacheWrite1hTokens);
    expect(sum(models, "output_tokens")).toBe(total.outputTokens);

    const reported = run.result?.total_cost_usd ?? Number.NaN;
    expect(Math.abs(sum(models, "cost_usd") - reported)).toBeLessThan(1e-6);
    expect(sum(models, "cost_usd")).toBeCloseTo(Number(formatUsd(total.costPicoUsd)), 9);

    const subAgent = agents.find((row) => row["agent"] === "general-purpose");
    expect(Number(subAgent?.["model_calls"])).toBeGreaterThanOrEqual(1);
    expect(sum(agents, "model_calls")).toBe(answered.length);
    expect(phases.map((row) => row["phase"])).toEqual(["review"]);
    expect(tools.map((row) => row["tool"])).toEqual(["Bash", "Agent"]);
  }, 120_000);
});
