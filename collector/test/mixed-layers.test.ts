/** Several layers report the same calls, in any order, in any pieces, more than once: each call counts once. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { TokenBuckets } from "../src/normalise/records.ts";
import type { ModelCall } from "../src/normalise/settlement.ts";
import { callsOf, type Export, exportOf, joined, settled, spanExport, splitUp } from "./support/settled-telemetry.ts";

const ROUNDS = 200;
const CASES = "../src/normalise/dialects/";

/** Captured, with ids made whole and times filled in. */
const NATIVE_UNDER_WRAPPER = fromFile("fixtures/openinference-0.2.8-over-sdk-1.11.0.json");
const CLAUDE_CODE = ["spans", "spans-last", "events", "events-last"].map((name) =>
  ofCase(`claude-code/cases/cli-2.1.329-${name}.json`),
);
const CLAUDE_CODE_METRICS = fromFile("../src/normalise/fixtures/claude-code-2.1.329-metrics.json");
const AI_SDK = ofCase("vercel-ai/cases/ai-7-genai-spans.json");

const GEN_AI = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "anthropic",
  "gen_ai.request.model": "claude-opus-5-5",
};
const INCLUSIVE = {
  "gen_ai.usage.input_tokens": 6120,
  "gen_ai.usage.cache_read.input_tokens": 5000,
  "gen_ai.usage.cache_write.input_tokens": 1000,
  "gen_ai.usage.output_tokens": 42,
};

const LATE_TRACE = "000000000000000000000000000000d1";
const SUM = spanExport({
  scope: "@arizeai/openinference-instrumentation-claude-agent-sdk",
  spanId: "00000000000000d1",
  traceId: LATE_TRACE,
  name: "ClaudeAgent.query",
  attributes: {
    "openinference.span.kind": "AGENT",
    "llm.model_name": "claude-opus-5-5",
    "llm.token_count.prompt": 120,
    "llm.token_count.completion": 42,
    "llm.token_count.total": 162,
    "llm.cost.total": 0.00822,
  },
});
const LATE_LEAF = native({ spanId: "00000000000000d2", traceId: LATE_TRACE, parentSpanId: "00000000000000d1", id: 91 });

const BATCH_RESULT = {
  ...GEN_AI,
  ...INCLUSIVE,
  "gen_ai.response.id": "msg_batch_1",
  "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 700,
  "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 300,
  "anthropic.message.batch.id": "msgbatch_1",
  "anthropic.response.service_tier": "batch",
};
/** The results of a batch, read by one program and once more by another. */
const BATCH_READ_TWICE = ["000000000000000000000000000000e1", "000000000000000000000000000000e2"].map((traceId) =>
  spanExport({ scope: "@phasewise/sdk", spanId: "00000000000000e1", traceId, attributes: BATCH_RESULT }),
);
const PENDING = spanExport({
  scope: "com.anthropic.sdk.python",
  spanId: "00000000000000f1",
  traceId: LATE_TRACE,
  parentSpanId: "00000000000000d2",
  name: "anthropic.messages.create",
  status: 0,
  attributes: {
    "logfire.span_type": "pending_span",
    "logfire.pending_parent_id": "00000000000000d1",
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "claude-opus-5-5",
  },
});

const EXCLUSIVE = { ...INCLUSIVE, "gen_ai.usage.input_tokens": 120 };
const LANGCHAIN_USAGE =
  '{"input_tokens":6120,"output_tokens":42,"input_token_details":{"cache_read":5000,"cache_creation":1000}}';
const LANGFUSE_USAGE =
  '{"input":120,"cache_read_input_tokens":5000,"cache_creation_input_tokens":1000,"output":42,"total":6162}';

/** How wrappers report the call that the SDK reports beneath them: dialect, scope, attributes. */
const WRAPPERS: readonly (readonly [string, string, Parameters<typeof spanExport>[0]["attributes"]])[] = [
  ["phasewise", "@phasewise/sdk", { ...GEN_AI, ...INCLUSIVE }],
  ["otel_genai", "some.instrumentation", { ...GEN_AI, ...INCLUSIVE }],
  ["pydantic_ai", "pydantic-ai", { ...GEN_AI, ...INCLUSIVE }],
  ["vercel_ai", "gen_ai", { ...GEN_AI, ...INCLUSIVE }],
  ["mastra", "@mastra/otel-exporter", { ...GEN_AI, ...INCLUSIVE, "mastra.span.type": "model_inference" }],
  ["laminar", "@lmnr-ai/lmnr", { ...GEN_AI, ...EXCLUSIVE, "lmnr.span.type": "LLM" }],
  ["traceloop", "@traceloop/instrumentation-anthropic", { ...GEN_AI, ...EXCLUSIVE }],
  ["langsmith", "langsmith", { ...GEN_AI, "langsmith.span.kind": "llm", "langsmith.usage_metadata": LANGCHAIN_USAGE }],
  [
    "langfuse",
    "langfuse-sdk",
    {
      "langfuse.observation.type": "generation",
      "langfuse.observation.model.name": "claude-opus-5-5",
      "langfuse.observation.usage_details": LANGFUSE_USAGE,
    },
  ],
  [
    "openinference",
    "openinference.instrumentation.anthropic",
    {
      "openinference.span.kind": "LLM",
      "llm.model_name": "claude-opus-5-5",
      "llm.provider": "anthropic",
      "llm.token_count.prompt": 6120,
      "llm.token_count.completion": 42,
      "llm.token_count.prompt_details.cache_read": 5000,
      "llm.token_count.prompt_details.cache_write": 1000,
    },
  ],
];

const EVERYTHING: readonly Export[] = [
  NATIVE_UNDER_WRAPPER,
  ...CLAUDE_CODE,
  CLAUDE_CODE_METRICS,
  AI_SDK,
  SUM,
  LATE_LEAF,
  ...BATCH_READ_TWICE,
  PENDING,
];

describe("layers that report the same calls", () => {
  it("OpenInference around the spans of the SDK itself: two calls of 6,120, told by the SDK", () => {
    const calls = callsOf([NATIVE_UNDER_WRAPPER]);

    expect(calls.map(({ callKey, layers }) => [callKey, layers])).toStrictEqual([
      ["req:req_011", ["anthropic_sdk", "openinference"]],
      ["req:req_012", ["anthropic_sdk", "openinference"]],
    ]);
    expect(calls.map(inputOf)).toStrictEqual([6120, 6120]);
    expect(calls.map(({ countedFrom }) => countedFrom)).toStrictEqual(["anthropic_sdk", "anthropic_sdk"]);
    expect(calls.flatMap(({ disagreements }) => disagreements)).toStrictEqual([]);
  });

  it("Claude Code's spans, events and metrics: one call a request id, at the cost that Claude Code reports", () => {
    const calls = callsOf([...CLAUDE_CODE, CLAUDE_CODE_METRICS]);

    expect(calls.map(({ callKey }) => callKey)).toStrictEqual(
      ["1", "2", "3", "4", "5"].map((number) => `req:req_${number}`),
    );
    for (const call of calls) {
      expect(inputOf(call)).toBe(6120);
      expect(call.tokens).toMatchObject({ cacheWrite5mTokens: 700, cacheWrite1hTokens: 300 });
      expect(call.costPicoUsd).toBe(6_915_000_000n);
      expect(call.costReportedPicoUsd).toBe(call.costPicoUsd);
    }
    expect(settled(CLAUDE_CODE).calls).toStrictEqual(calls);
  });

  it("AI SDK 7: an agent over two chats is 12,240 input tokens, not 24,480", () => {
    const calls = callsOf([AI_SDK]).filter(({ callKey }) => callKey !== "msg:msg_07");

    expect(calls.map(({ callKey }) => callKey)).toStrictEqual(["msg:msg_05", "msg:msg_06"]);
    expect(calls.map(inputOf).reduce((sum, input) => sum + input, 0)).toBe(12_240);
  });

  it("a sum counts while nothing else is known, and is revoked when its call comes an hour later", () => {
    const [sum, ...others] = callsOf([SUM]);

    expect(others).toStrictEqual([]);
    expect(sum).toMatchObject({ scope: "aggregate", countedFrom: "openinference" });
    expect(sum?.tokens).toMatchObject({ uncachedInputTokens: 120, outputTokens: 42 });
    const after = settled([SUM, LATE_LEAF]);
    expect(after.calls.map(({ callKey, scope }) => [callKey, scope])).toStrictEqual([["req:req_91", "call"]]);
    expect(after.evidence.get(`span:${LATE_TRACE}/00000000000000d1`)?.counted).toBe(false);
  });

  it("a batch result that two programs read is one call at half the price", () => {
    const [call, ...others] = callsOf(BATCH_READ_TWICE);

    expect(others).toStrictEqual([]);
    expect(call).toMatchObject({ callKey: "msg:msg_batch_1", serviceTier: "batch" });
    expect(call?.costPicoUsd).toBe(8_220_000_000n / 2n);
    expect(call?.priceId).toContain("+batch");
  });

  it.each(WRAPPERS)(
    "%s around the SDK's own span, without an id in common: one call, and both agree",
    (dialect, scope, own) => {
      const inner = native({
        spanId: "00000000000000a2",
        traceId: LATE_TRACE,
        parentSpanId: "00000000000000a1",
        id: 7,
      });
      const wrapper = spanExport({ scope, spanId: "00000000000000a1", traceId: LATE_TRACE, attributes: own });
      const [call, ...others] = callsOf([wrapper, inner]);

      expect(others).toStrictEqual([]);
      expect(call).toMatchObject({ callKey: "req:req_7", countedFrom: "anthropic_sdk", disagreements: [] });
      expect(call?.layers).toStrictEqual(["anthropic_sdk", dialect].sort());
      expect(callsOf([inner, wrapper])).toStrictEqual([call]);
      expect(callsOf([wrapper]).map(inputOf)).toStrictEqual([6120]);
    },
  );

  it("the client's span over the server's span of one request: one call, told by the client", () => {
    const server = spanExport({
      scope: "com.anthropic.claude-platform",
      spanId: "00000000000000d3",
      traceId: LATE_TRACE,
      parentSpanId: "00000000000000d2",
      attributes: { ...GEN_AI, ...INCLUSIVE, "anthropic.request.id": "req_91" },
    });
    const [call, ...others] = callsOf([server, LATE_LEAF]);

    expect(others).toStrictEqual([]);
    expect(call).toMatchObject({
      callKey: "req:req_91",
      countedFrom: "anthropic_sdk",
      layers: ["anthropic_sdk", "claude_platform"],
      disagreements: [],
    });
  });

  it("a pending span is no call, before and after the span that it announces", () => {
    expect(callsOf([PENDING])).toStrictEqual([]);
    expect(callsOf([PENDING, LATE_LEAF])).toStrictEqual(callsOf([LATE_LEAF]));
  });
});

describe("the calls of everything together", () => {
  it(`are the same in ${ROUNDS} orders, with pieces of any size and deliveries that come again`, () => {
    const expected = settled(EVERYTHING);
    const pieces = EVERYTHING.flatMap(splitUp);
    expect(expected.calls).toHaveLength(2 + 5 + 3 + 1 + 1);
    expect(expected.calls.map(inputOf).reduce((sum, input) => sum + input, 0)).toBe(12 * 6120);
    expect(pieces.length).toBeGreaterThan(50);

    for (let seed = 1; seed <= ROUNDS; seed++) {
      const found = settled(rearranged(pieces, seed));

      expect(found.calls, `seed ${seed}`).toStrictEqual(expected.calls);
      expect(found.evidence, `seed ${seed}`).toStrictEqual(expected.evidence);
    }
  });

  it("are at no time more than they are in the end, but for sums whose calls are still to come", () => {
    const final = new Map(callsOf(EVERYTHING).map((call) => [call.callKey, call]));
    const pieces = EVERYTHING.flatMap(splitUp);
    for (let seed = 1; seed <= 20; seed++) {
      const arriving = rearranged(pieces, seed);
      for (let count = 1; count <= arriving.length; count += 7) {
        const calls = callsOf(arriving.slice(0, count)).filter(({ scope }) => scope === "call");
        const spentInTheEnd = [...final.values()].map(inputOf).reduce((sum, input) => sum + input, 0);

        expect(calls.map(inputOf).reduce((sum, input) => sum + input, 0)).toBeLessThanOrEqual(spentInTheEnd);
      }
    }
  });
});

/** The pieces in another order, in requests of one to six, some of them sent again later. */
function rearranged(pieces: readonly Export[], seed: number): readonly Export[] {
  const random = randomFrom(seed);
  const shuffled = shuffle(pieces, random);
  const requests: Export[] = [];
  while (shuffled.length > 0) {
    const taken = shuffled.splice(0, 1 + Math.floor(random() * 6));
    for (const signal of ["traces", "logs", "metrics"] as const) {
      const same = taken.filter((piece) => piece.signal === signal);
      if (same.length > 0) requests.push(joined(same));
    }
  }
  const again = requests.filter(() => random() < 0.3);
  return shuffle([...requests, ...again], random);
}

function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item);
}

/** Marsaglia's xorshift with 32 bits: the same numbers for the same seed, from 0 to below 1. */
function randomFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function native(place: {
  readonly spanId: string;
  readonly traceId: string;
  readonly parentSpanId: string;
  readonly id: number;
}): Export {
  const { id, ...where } = place;
  return spanExport({
    ...where,
    scope: "com.anthropic.sdk.typescript",
    name: "anthropic.messages.create",
    attributes: { ...GEN_AI, ...INCLUSIVE, "gen_ai.response.id": `msg_${id}`, "anthropic.request.id": `req_${id}` },
  });
}

function inputOf({ tokens }: ModelCall): number {
  const buckets: readonly (keyof TokenBuckets)[] = [
    "uncachedInputTokens",
    "cacheReadTokens",
    "cacheWrite5mTokens",
    "cacheWrite1hTokens",
    "cacheWriteUnknownTokens",
  ];
  return buckets.reduce((sum, name) => sum + (tokens[name] ?? 0), 0);
}

function fromFile(path: string): Export {
  const body: Export["body"] = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  return exportOf(body);
}

function ofCase(path: string): Export {
  const { otlp }: { readonly otlp: Export["body"] } = JSON.parse(
    readFileSync(new URL(CASES + path, import.meta.url), "utf8"),
  );
  return exportOf(otlp);
}
