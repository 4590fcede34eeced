import { describe, expect, it } from "vitest";
import { byLog, bySpan, labelsBySpan, onlyCall, settled, span } from "./test-support/sample.ts";

describe("labels of spans", () => {
  it("come from the nearest ancestor that has them, each on its own", () => {
    const settlement = settled({
      spans: [
        span("a", "", { runId: "r1", runName: "trade", userId: "u" }),
        span("b", "a", { phase: "scan", phaseEntry: 2, sessionId: "s1" }),
        span("c", "b", { sessionId: "s2" }),
        span("d", "c"),
      ],
    });

    expect(labelsBySpan(settlement)["d"]).toEqual({
      runId: "r1",
      runName: "trade",
      userId: "u",
      phase: "scan",
      phaseEntry: 2,
      sessionId: "s2",
    });
  });

  it("do not depend on the order of the spans", () => {
    const spans = [span("z", "", { phase: "p" }), span("m", "z"), span("a", "m")];

    expect(labelsBySpan(settled({ spans }))).toEqual(labelsBySpan(settled({ spans: spans.toReversed() })));
    expect(labelsBySpan(settled({ spans }))["a"]).toEqual({ phase: "p" });
  });

  it("go in groups: another phase has no entry of the outer one, another agent no id of its caller", () => {
    const labels = labelsBySpan(
      settled({
        spans: [
          span("a", "", { runId: "r1", runName: "x", phase: "p", phaseEntry: 3, agent: "boss", agentId: "1" }),
          span("b", "a", { runId: "r2", phase: "q", agent: "worker" }),
          span("c", "a", { agentId: "2" }),
        ],
      }),
    );

    expect(labels["b"]).toEqual({ runId: "r2", phase: "q", agent: "worker", parentAgent: "boss" });
    expect(labels["c"]).toEqual({ runId: "r1", runName: "x", phase: "p", phaseEntry: 3, agentId: "2" });
  });

  it("are completed where the same thing is named again", () => {
    const labels = labelsBySpan(
      settled({
        spans: [
          span("a", "", { runId: "r", runName: "x", phase: "p", phaseEntry: 3, agent: "me", agentId: "1" }),
          span("b", "a", { runId: "r", phase: "p", agent: "me" }),
        ],
      }),
    );

    expect(labels["b"]).toEqual(labels["a"]);
  });

  it("name the caller of an agent that does not name it", () => {
    const labels = labelsBySpan(
      settled({
        spans: [
          span("a", "", { agent: "boss" }, { operation: "agent" }),
          span("b", "a"),
          span("c", "b", { agent: "worker", agentId: "7" }, { operation: "agent" }),
          span("d", "c"),
          span("e", "d", { agent: "worker", agentId: "7" }, { operation: "agent" }),
          span("f", "e", { agent: "helper", parentAgent: "stated" }, { operation: "agent" }),
        ],
      }),
    );

    expect(labels["a"]).toEqual({ agent: "boss" });
    expect(labels["c"]).toEqual({ agent: "worker", agentId: "7", parentAgent: "boss" });
    expect(labels["d"]).toEqual(labels["c"]);
    expect(labels["e"]).toEqual(labels["c"]);
    expect(labels["f"]).toEqual({ agent: "helper", parentAgent: "stated" });
  });

  it("stay within the trace", () => {
    const settlement = settled({
      spans: [span("a", "", { phase: "p" }, { traceId: "t1" }), span("b", "a", {}, { traceId: "t2" })],
    });

    expect(labelsBySpan(settlement)["b"]).toEqual({});
  });

  it("end at a missing parent, at a span that is its own parent, and at a circle", () => {
    const spans = [
      span("orphan", "gone", { phase: "o" }),
      span("self", "self", { phase: "s" }),
      span("c1", "c3", { phase: "one" }),
      span("c2", "c1", { userId: "two" }),
      span("c3", "c2"),
      span("tail", "c2", { agent: "t" }),
    ];

    const expected = {
      orphan: { phase: "o" },
      self: { phase: "s" },
      c1: { phase: "one" },
      c2: { userId: "two" },
      c3: {},
      tail: { userId: "two", agent: "t" },
    };
    expect(labelsBySpan(settled({ spans }))).toEqual(expected);
    expect(labelsBySpan(settled({ spans: spans.toReversed() }))).toEqual(expected);
  });

  it("reach the end of a chain of 50,000 spans", () => {
    const spans = Array.from({ length: 50_000 }, (_, index) =>
      span(`${index}`, index === 0 ? "" : `${index - 1}`, index === 0 ? { phase: "deep" } : {}),
    );

    expect(labelsBySpan(settled({ spans }))["49999"]).toEqual({ phase: "deep" });
  });
});

describe("labels of calls", () => {
  it("are those of the span that reports the call", () => {
    const settlement = settled({ spans: [span("a", "", { phase: "p" }), span("b", "a")], evidence: [bySpan("b")] });

    expect(onlyCall(settlement).labels).toEqual({ phase: "p" });
  });

  it("are those of the span in which a log record was written, beneath its own", () => {
    const settlement = settled({
      spans: [span("a", "", { phase: "p", sessionId: "s", agent: "main" })],
      evidence: [byLog("1", "a", { labels: { agent: "explorer", agentId: "x" } })],
    });

    expect(onlyCall(settlement).labels).toEqual({
      phase: "p",
      sessionId: "s",
      agent: "explorer",
      agentId: "x",
      parentAgent: "main",
    });
  });

  it("are the own ones of a log record without a trace", () => {
    const settlement = settled({ evidence: [byLog("1", "", { traceId: "", labels: { sessionId: "s" } })] });

    expect(onlyCall(settlement)).toMatchObject({ callKey: "log:1", traceId: "", labels: { sessionId: "s" } });
  });

  it("are stated ones before inherited ones, of whatever layer", () => {
    const settlement = settled({
      spans: [
        span("a", "", { phase: "outer", userId: "u" }),
        span("b", "a", { phase: "own" }),
        span("c", "", { phase: "elsewhere", conversationId: "k" }),
      ],
      evidence: [
        bySpan("b", { rank: 20, messageId: "msg_1", labels: { phase: "own" } }),
        byLog("1", "c", { rank: 10, messageId: "msg_1" }),
      ],
    });

    expect(onlyCall(settlement).labels).toEqual({ phase: "own", userId: "u", conversationId: "k" });
  });
});
