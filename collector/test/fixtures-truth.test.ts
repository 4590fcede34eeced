/**
 * Every capture of a real emitter, from the bytes of its requests to the reports. All of them talked to one double of the
 * Messages API, whose every answer used 120 input tokens beside 1,000 cache writes (700 for 5 minutes, 300 for 1 hour) and
 * 5,000 cache reads, and 42 output tokens, 7 of them thinking.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Encoding } from "../src/decode/otlp.ts";
import { type LoadedStore, type Row, withLoaded } from "./support/loaded-store.ts";
import { type Export, exportOf } from "./support/settled-telemetry.ts";

/** Captures in which a call has these figures, with thinking where the emitter tells it. */
const ANSWER = {
  status: "ok",
  uncached_input_tokens: 120,
  cache_read_tokens: 5000,
  cache_write_5m_tokens: 700,
  cache_write_1h_tokens: 300,
  cache_write_unknown_tokens: 0,
  input_tokens: 6120,
  output_tokens: 42,
};
const UNUSED = Object.fromEntries(Object.keys(ANSWER).map((column) => [column, null]));

interface Call {
  readonly key: string;
  readonly model: string;
  readonly agent?: string;
  readonly parent?: string | undefined;
  readonly usd: string;
  readonly reportedUsd?: string;
  readonly thinking?: number;
  readonly error?: string;
}

interface Capture {
  readonly title: string;
  /** From the folder of the dialects or, beginning with a dot, from here. */
  readonly files: readonly string[];
  readonly calls: readonly Call[];
  /** Pairs of layers that report the same calls, and how many. */
  readonly shared: readonly (readonly [left: string, right: string, calls: number])[];
  /** What adding up every span and event would count twice: dialect, what it repeats, calls. */
  readonly repeats: readonly (readonly [dialect: string, source: string, repeats: string, calls: number])[];
}

// By hand, from the price table: input, reads, writes of both lifetimes and output, in millionths of a dollar.
const OPUS_5_5 = "0.00822"; // 120 x 4 + 5000 x 0.2 + 700 x 5 + 300 x 8 + 42 x 20
const SONNET_4_5 = "0.006915"; // 120 x 3 + 5000 x 0.3 + 700 x 3.75 + 300 x 6 + 42 x 15
const SONNET_5_5 = "0.00411"; // 120 x 2 + 5000 x 0.1 + 700 x 2.5 + 300 x 4 + 42 x 10
const SONNET_5_5_US = "0.004521"; // the same x 1.1

const CAPTURES: readonly Capture[] = [
  {
    title: "Anthropic SDK 1.11.0",
    files: ["anthropic-sdk/cases/sdk-1.11.0-spans.json"],
    calls: [
      { key: "req:req_01", model: "claude-sonnet-5-5", usd: SONNET_5_5, thinking: 7 },
      { key: "req:req_02", model: "claude-sonnet-5-5", usd: SONNET_5_5, thinking: 7 },
      { key: "req:req_03", model: "claude-opus-5-5", usd: OPUS_5_5, thinking: 7 },
      { key: "req:req_04", model: "claude-opus-5-5", usd: OPUS_5_5, thinking: 7 },
      { key: "req:req_err", model: "claude-overloaded", usd: "0", error: "overloaded_error" },
    ],
    shared: [],
    repeats: [],
  },
  {
    title: "OpenInference 0.2.8 around Anthropic SDK 1.11.0",
    files: ["./fixtures/openinference-0.2.8-over-sdk-1.11.0.json"],
    calls: ["011", "012"].map((id) => ({
      key: `req:req_${id}`,
      model: "claude-sonnet-5-5",
      usd: SONNET_5_5,
      thinking: 7,
    })),
    shared: [["anthropic_sdk (span)", "openinference (span)", 2]],
    repeats: [["openinference", "span", "same call", 2]],
  },
  ...["genai", "legacy"].map((form) => ({
    title: `AI SDK 7.0.173 with ${form} telemetry`,
    files: [`vercel-ai/cases/ai-7-${form}-spans.json`],
    calls: (form === "genai" ? ["05", "06", "07"] : ["08", "09", "010"]).map((id, index) => ({
      key: `msg:msg_${id}`,
      model: "claude-sonnet-5-5",
      agent: index < 2 ? "weather-agent" : "chat",
      usd: SONNET_5_5_US,
      thinking: 7,
    })),
    shared: [],
    repeats: [["vercel_ai", "span", "sum of calls", 2]] as const,
  })),
  claudeCode("Claude Code 2.1.329", "claude-sonnet-4-5", SONNET_4_5, [
    ...["spans", "spans-last", "events", "events-last"].map((part) => `claude-code/cases/cli-2.1.329-${part}.json`),
    "./../src/normalise/fixtures/claude-code-2.1.329-metrics.json",
  ]),
  claudeCode("Claude Agent SDK 0.3.329", "claude-opus-5-5", OPUS_5_5, [
    ...["spans", "events"].map((part) => `claude-code/cases/agent-sdk-0.3.329-${part}.json`),
    "./fixtures/claude-code-agent-sdk-0.3.329-metrics.json",
  ]),
];

const ENCODINGS: readonly Encoding[] = ["json", "protobuf"];

describe.each(ENCODINGS)("as %s", (encoding) => {
  test.each(CAPTURES)("$title: calls and reports are what was used", async ({ files, calls, shared, repeats }) => {
    await withLoaded(files.map(exportIn), encoding, async (store) => {
      expect(await callsOf(store)).toStrictEqual(calls.toSorted(byKey).map(expectedCall));
      const used = totals(calls);
      for (const name of ["phase_report", "agent_report", "model_report"]) {
        expect([name, sums(await store.report(name), used)]).toStrictEqual([name, used]);
      }
      expect(await pairsOf(store)).toStrictEqual(shared);
      expect(await repeatsOf(store)).toStrictEqual(repeats);
    });
  });
});

test("AI SDK 7: the agent of two chats has 12,240 input tokens, not 24,480", async () => {
  for (const form of ["genai", "legacy"]) {
    await withLoaded([exportIn(`vercel-ai/cases/ai-7-${form}-spans.json`)], "json", async (store) => {
      const agents = await store.report("agent_report");

      expect(agents.find(({ agent }) => agent === "weather-agent")).toMatchObject({
        model_calls: 2,
        input_tokens: 12_240,
        output_tokens: 84,
      });
    });
  }
});

test.each(CAPTURES.filter(({ title }) => title.startsWith("Claude ")))(
  "$title: its own metrics say what is counted, token by token and to a millionth of a dollar",
  async ({ files, calls }) => {
    await withLoaded(files.map(exportIn), "protobuf", async (store) => {
      const rows = await store.report("reconciliation");

      expect(rows.filter((row) => row["right_layer"] === "metrics (claude_code)")).toMatchObject([
        {
          left_layer: "counted",
          left_input_tokens: calls.length * 6120,
          input_difference_tokens: 0,
          output_difference_tokens: 0,
          cost_difference_usd: { decimal: "0" },
        },
      ]);
      expect(rows.find((row) => row["right_layer"] === "reported")).toMatchObject({
        left_layer: "computed",
        shared_calls: calls.length,
        cost_difference_usd: { decimal: "0" },
        disagreeing_calls: 0,
      });
    });
  },
);

/** One prompt with a tool and a sub-agent, and one more prompt: five requests, the fourth of the sub-agent. */
function claudeCode(title: string, model: string, usd: string, files: readonly string[]): Capture {
  return {
    title,
    files,
    calls: [1, 2, 3, 4, 5].map((number) => ({
      key: `req:req_${number}`,
      model,
      usd,
      reportedUsd: usd,
      agent: number === 4 ? "general-purpose" : "main",
      parent: number === 4 ? "main" : undefined,
    })),
    shared: [["claude_code (log)", "claude_code (span)", 5]],
    repeats: [["claude_code", "span", "same call", 5]],
  };
}

function expectedCall(call: Call): Row {
  const { key, error } = call;
  return {
    call_key: key,
    model: call.model,
    agent: call.agent ?? null,
    parent_agent: call.parent ?? null,
    error_type: error ?? null,
    cost: money(call.usd),
    cost_reported: call.reportedUsd === undefined ? null : money(call.reportedUsd),
    unpriced: false,
    disagreement: null,
    ...(error === undefined ? ANSWER : { ...UNUSED, status: "error" }),
    reasoning_tokens: call.thinking ?? null,
  };
}

async function callsOf(store: LoadedStore): Promise<readonly Row[]> {
  return await store.read(
    `select call_key, model, agent, parent_agent, error_type, cast(cost_usd as varchar) as cost,
       cast(cost_reported_usd as varchar) as cost_reported, unpriced, disagreement,
       ${Object.keys(ANSWER).join(", ")}, reasoning_tokens
     from model_calls order by call_key`,
  );
}

/** What the rows of a report have to sum up to. */
function totals(calls: readonly Call[]): Readonly<Record<string, number>> {
  const answers = calls.filter(({ error }) => error === undefined);
  const tokens = Object.entries(ANSWER).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return {
    model_calls: calls.length,
    ...Object.fromEntries(tokens.map(([column, count]) => [column, count * answers.length])),
    reasoning_tokens: calls.reduce((sum, { thinking = 0 }) => sum + thinking, 0),
    cost_usd: micro(calls.reduce((sum, { usd }) => sum + Number(usd), 0)),
  };
}

function sums(
  rows: Awaited<ReturnType<LoadedStore["report"]>>,
  columns: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.keys(columns).map((column) => {
      const sum = rows.reduce((before, row) => before + numberOf(row[column]), 0);
      return [column, column === "cost_usd" ? micro(sum) : sum];
    }),
  );
}

async function pairsOf(store: LoadedStore): Promise<readonly (readonly unknown[])[]> {
  const rows = await store.report("reconciliation");
  const layers = rows.filter((row) => String(row["right_layer"]).endsWith("(span)"));
  for (const row of layers) {
    expect(row).toMatchObject({
      left_only_calls: 0,
      right_only_calls: 0,
      input_difference_tokens: 0,
      output_difference_tokens: 0,
      disagreeing_calls: 0,
    });
  }
  return layers.map((row) => [row["left_layer"], row["right_layer"], row["shared_calls"]]);
}

async function repeatsOf(store: LoadedStore): Promise<readonly (readonly unknown[])[]> {
  const rows = await store.report("double_count_risk");
  return rows.map((row) => [row["dialect"], row["source"], row["repeats"], row["model_calls"]]);
}

/** With the twelve digits that the ledger keeps. */
function money(usd: string): string {
  const [whole = "0", fraction = ""] = usd.split(".");
  return `${whole}.${fraction.padEnd(12, "0")}`;
}

/** Millionths of a dollar: every price here is a whole number of them. */
function micro(usd: number): number {
  return Math.round(usd * 1_000_000);
}

function numberOf(value: unknown): number {
  if (typeof value === "object" && value !== null && "decimal" in value) return Number(value.decimal);
  return typeof value === "number" ? value : 0;
}

function byKey(one: Call, other: Call): number {
  return one.key < other.key ? -1 : 1;
}

function exportIn(path: string): Export {
  const base = path.startsWith(".") ? "./" : "../src/normalise/dialects/";
  const read: Export["body"] & { readonly otlp?: Export["body"] } = JSON.parse(
    readFileSync(new URL(base + path, import.meta.url), "utf8"),
  );
  return exportOf(read.otlp ?? read);
}
