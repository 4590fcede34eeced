import { describe, expect, it } from "vitest";
import { byLog, bySpan, onlyCall, settled, span } from "./test-support/sample.ts";

const SUM = { scope: "aggregate", rank: 90, dialect: "sum" } as const;
const TREE = [span("a", ""), span("s", "a"), span("c", "s")];

describe("a sum over calls", () => {
  it("counts while no call beneath it is known", () => {
    const settlement = settled({ spans: TREE, evidence: [bySpan("a", SUM)] });

    expect(onlyCall(settlement)).toMatchObject({
      scope: "aggregate",
      callKey: "span:trace/a",
      costPicoUsd: 8_220_000_000n,
    });
    expect(settlement.evidence.get("span:trace/a")).toEqual({ callKey: "span:trace/a", counted: true });
  });

  it("is revoked by a call beneath it", () => {
    const settlement = settled({ spans: TREE, evidence: [bySpan("a", SUM), bySpan("c")] });

    expect(onlyCall(settlement)).toMatchObject({ scope: "call", callKey: "span:trace/c", layers: ["test"] });
    expect(settlement.evidence.get("span:trace/a")).toEqual({ callKey: "span:trace/a", counted: false });
  });

  it("is revoked by a call that only a log record in or beneath its span reports", () => {
    for (const spanId of ["a", "s"]) {
      const settlement = settled({ spans: TREE, evidence: [bySpan("a", SUM), byLog("1", spanId)] });

      expect(onlyCall(settlement).callKey).toBe("log:1");
    }
  });

  it("is not revoked by a call above or beside it", () => {
    const settlement = settled({
      spans: [...TREE, span("b", "a")],
      evidence: [bySpan("s", SUM), bySpan("b"), bySpan("a", { requestModel: "claude-haiku-4-5" })],
    });

    expect(settlement.calls.map((call) => call.callKey)).toEqual(["span:trace/a", "span:trace/b", "span:trace/s"]);
  });

  it("does not count beside a smaller sum beneath it", () => {
    const settlement = settled({ spans: TREE, evidence: [bySpan("a", SUM), bySpan("s", SUM)] });

    expect(onlyCall(settlement).callKey).toBe("span:trace/s");
  });

  it("that two reports of one span state counts once", () => {
    const settlement = settled({ spans: TREE, evidence: [bySpan("a", SUM), byLog("1", "a", SUM)] });

    expect(onlyCall(settlement)).toMatchObject({ callKey: "span:trace/a" });
  });

  it("is not taken for the call whose id it carries", () => {
    const settlement = settled({
      spans: [span("a", ""), span("c", "a"), span("d", "a")],
      evidence: [
        bySpan("a", { ...SUM, messageId: "msg_2" }),
        bySpan("c", { messageId: "msg_1" }),
        bySpan("d", { messageId: "msg_2" }),
      ],
    });

    expect(settlement.calls.map((call) => [call.callKey, call.layers])).toEqual([
      ["msg:msg_1", ["test"]],
      ["msg:msg_2", ["test"]],
    ]);
  });

  it("counts when the calls beneath it report no tokens, which would be lost otherwise", () => {
    const settlement = settled({ spans: TREE, evidence: [bySpan("a", SUM), bySpan("c", { tokens: {} })] });

    expect(settlement.calls.map((call) => [call.callKey, call.scope, call.costPicoUsd])).toEqual([
      ["span:trace/a", "aggregate", 8_220_000_000n],
      ["span:trace/c", "call", undefined],
    ]);
  });

  it("of nothing does not count beside a failed call", () => {
    const settlement = settled({
      spans: TREE,
      evidence: [
        bySpan("a", { ...SUM, tokens: { uncachedInputTokens: 0, outputTokens: 0 } }),
        bySpan("c", { tokens: {}, status: "error" }),
      ],
    });

    expect(onlyCall(settlement).callKey).toBe("span:trace/c");
  });
});
