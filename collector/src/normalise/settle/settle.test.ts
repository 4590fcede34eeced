import { describe, expect, it } from "vitest";
import type { TokenBuckets } from "../records.ts";
import type { Evidence, Settlement, SpanSkeleton, Touched } from "../settlement.ts";
import { settle } from "./settle.ts";
import { KNOWN_TOKENS, TRACE, byLog, bySpan, onlyCall, settled, span } from "./test-support/sample.ts";
import type { Stated } from "./test-support/sample.ts";

const UNSPLIT: TokenBuckets = {
  uncachedInputTokens: 120,
  cacheReadTokens: 5000,
  cacheWriteUnknownTokens: 1000,
  outputTokens: 42,
};

function inputTokens({ tokens }: { readonly tokens: TokenBuckets }): number {
  return (
    (tokens.uncachedInputTokens ?? 0) +
    (tokens.cacheReadTokens ?? 0) +
    (tokens.cacheWrite5mTokens ?? 0) +
    (tokens.cacheWrite1hTokens ?? 0) +
    (tokens.cacheWriteUnknownTokens ?? 0)
  );
}

describe("layers as they come", () => {
  it("Claude Code's span and event of one request are one call, with the event's split and the span's place", () => {
    const sonnet = { dialect: "claude_code", requestModel: "claude-sonnet-4-5", providerRequestId: "req_1" };
    const settlement = settled({
      spans: [
        span("interaction", "", { runId: "r", agent: "main", sessionId: "s" }, { operation: "agent" }),
        span("request", "interaction", { agent: "main", sessionId: "s" }, { operation: "model_call" }),
      ],
      evidence: [
        bySpan("request", { ...sonnet, rank: 15, tokens: UNSPLIT, finishReason: "tool_use" }),
        byLog("event", "interaction", {
          ...sonnet,
          rank: 10,
          tokens: { ...KNOWN_TOKENS, cacheWriteUnknownTokens: 0 },
          costReportedPicoUsd: 6_915_000_000n,
        }),
      ],
    });

    expect(onlyCall(settlement)).toMatchObject({
      callKey: "req:req_1",
      spanId: "request",
      labels: { runId: "r", agent: "main", sessionId: "s" },
      finishReason: "tool_use",
      tokens: KNOWN_TOKENS,
      costPicoUsd: 6_915_000_000n,
      costReportedPicoUsd: 6_915_000_000n,
      layers: ["claude_code"],
      disagreements: [],
    });
  });

  it("OpenInference around the SDK's own span is one call, also without a shared id", () => {
    for (const messageId of ["msg_011", undefined]) {
      const settlement = settled({
        spans: [span("wrapper", ""), span("native", "wrapper")],
        evidence: [
          bySpan("wrapper", { dialect: "openinference", rank: 60, tokens: UNSPLIT, messageId }),
          bySpan("native", { dialect: "anthropic_sdk", rank: 20, messageId: "msg_011", providerRequestId: "req_011" }),
        ],
      });

      expect(onlyCall(settlement)).toMatchObject({
        callKey: "req:req_011",
        countedFrom: "anthropic_sdk",
        layers: ["anthropic_sdk", "openinference"],
        disagreements: [],
      });
      expect(inputTokens(onlyCall(settlement))).toBe(6120);
    }
  });

  it("the AI SDK's agent span of 12,240 over two chats of 6,120 is two calls of 12,240 together", () => {
    const chat = { dialect: "vercel_v7", rank: 40 };
    const settlement = settled({
      spans: [
        span("agent", "", { agent: "weather-agent" }, { operation: "agent" }),
        span("step1", "agent"),
        span("chat1", "step1"),
        span("step2", "agent"),
        span("chat2", "step2"),
      ],
      evidence: [
        bySpan("agent", {
          ...chat,
          scope: "aggregate",
          tokens: {
            uncachedInputTokens: 240,
            cacheReadTokens: 10_000,
            cacheWriteUnknownTokens: 2000,
            outputTokens: 84,
          },
        }),
        bySpan("chat1", { ...chat, messageId: "msg_05", tokens: UNSPLIT }),
        bySpan("chat2", { ...chat, messageId: "msg_06", tokens: UNSPLIT }),
      ],
    });

    expect(settlement.calls.map((call) => [call.callKey, call.labels.agent])).toEqual([
      ["msg:msg_05", "weather-agent"],
      ["msg:msg_06", "weather-agent"],
    ]);
    expect(settlement.calls.reduce((sum, call) => sum + inputTokens(call), 0)).toBe(12_240);
  });

  it("the same situation in another trace is settled apart", () => {
    const settlement = settled({ evidence: [bySpan("a"), bySpan("a", { traceId: "other" })] });

    expect(settlement.calls.map((call) => call.callKey)).toEqual(["span:other/a", "span:trace/a"]);
  });

  it("nothing is settled to nothing", () => {
    expect(settle({ spans: [], evidence: [] })).toEqual({ spans: [], calls: [], evidence: new Map() });
  });
});

describe("any order and any repetition", () => {
  it("of 300 random inputs gives the identical settlement", () => {
    const random = seeded(7);
    const seen = { wrapped: 0, revoked: 0, aggregates: 0, disagreeing: 0 };
    for (let round = 0; round < 300; round++) {
      const touched = randomInput(random);
      const expected = settle(touched);
      for (let variant = 0; variant < 3; variant++) {
        expect(listed(settle(scrambled(touched, random)))).toEqual(listed(expected));
      }
      tally(seen, expected);
    }

    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });

  it("assigns every report to one call and counts one report for each call", () => {
    const random = seeded(11);
    for (let round = 0; round < 300; round++) {
      const touched = randomInput(random);
      const { calls, evidence, spans } = settle(touched);
      const counted = [...evidence.values()].filter((entry) => entry.counted).map((entry) => entry.callKey);

      expect(new Set(evidence.keys())).toEqual(new Set(touched.evidence.map((item) => item.evidenceId)));
      expect(counted.toSorted()).toEqual(calls.map((call) => call.callKey).toSorted());
      expect(new Set(counted).size).toBe(counted.length);
      expect(spans).toHaveLength(touched.spans.length);
    }
  });

  it("of two deliveries of one item that differ takes the same one", () => {
    const spans = [span("a", "", { phase: "one" }), span("a", "", { phase: "two" })];
    const evidence = [bySpan("a", { ttftMs: 1 }), bySpan("a", { ttftMs: 2 })];

    expect(settle({ spans, evidence })).toEqual(settle({ spans: spans.toReversed(), evidence: evidence.toReversed() }));
    expect(settle({ spans, evidence }).calls).toHaveLength(1);
  });
});

/** In the order in which it comes, so that the order is compared too. */
function listed({ spans, calls, evidence }: Settlement): unknown {
  return { spans, calls, evidence: [...evidence] };
}

function tally(seen: Record<string, number>, { calls, evidence }: Settlement): void {
  const keys = new Set(calls.map((call) => call.callKey));
  const count = (name: string, amount: number): void => void (seen[name] = (seen[name] ?? 0) + amount);
  count("wrapped", calls.filter((call) => call.layers.length > 1).length);
  count("revoked", [...evidence.values()].filter((entry) => !keys.has(entry.callKey)).length);
  count("aggregates", calls.filter((call) => call.scope === "aggregate").length);
  count("disagreeing", calls.filter((call) => call.disagreements.length > 0).length);
}

function randomInput(random: () => number): Touched {
  const number = (below: number): number => Math.floor(random() * below);
  const maybe = <T>(value: T): T | undefined => (random() < 0.5 ? value : undefined);
  const rarely = <T>(value: T): T | undefined => (random() < 0.15 ? value : undefined);
  const spans: SpanSkeleton[] = [];
  const evidence: Evidence[] = [];
  const size = 2 + number(14);
  for (let index = 0; index < size; index++) {
    const traceId = random() < 0.8 ? TRACE : "other";
    const labels = {
      runId: rarely(`r${number(2)}`),
      runName: rarely(`n${number(2)}`),
      phase: rarely(`p${number(3)}`),
      phaseEntry: rarely(number(3)),
      agent: maybe(`a${number(3)}`),
      agentId: rarely(`i${number(3)}`),
      parentAgent: rarely(`a${number(3)}`),
    };
    // Any span may be the parent, one that is not there and itself too.
    spans.push(span(`s${index}`, `s${number(size + 1)}`, labels, { traceId }));
    const stated: Stated = {
      traceId,
      labels,
      dialect: `d${number(4)}`,
      rank: number(3) * 10,
      scope: random() < 0.25 ? "aggregate" : "call",
      providerRequestId: rarely(`req_${number(4)}`),
      messageId: rarely(`msg_${number(4)}`),
      clientRequestId: rarely(`c${number(4)}`),
      status: random() < 0.8 ? "ok" : "error",
      ttftMs: maybe(number(9)),
      tokens: random() < 0.2 ? {} : { uncachedInputTokens: number(2), outputTokens: 40 + number(2) },
    };
    if (random() < 0.7) evidence.push(bySpan(`s${index}`, stated));
    if (random() < 0.3) evidence.push(byLog(`l${index}`, `s${number(size + 1)}`, stated));
  }
  return { spans, evidence };
}

function scrambled(touched: Touched, random: () => number): Touched {
  const mixed = <T>(items: readonly T[]): T[] =>
    items
      .flatMap((item) => (random() < 0.3 ? [item, structuredClone(item)] : [item]))
      .map((item): [number, T] => [random(), item])
      .sort(([left], [right]) => left - right)
      .map(([, item]) => item);
  return { spans: mixed(touched.spans), evidence: mixed(touched.evidence) };
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
