import { describe, expect, it } from "vitest";
import { byLog, bySpan, onlyCall, settled, span } from "./test-support/sample.ts";

describe("evidence of one call", () => {
  it.each([
    ["the id of the provider's request", { providerRequestId: "req_1" }, "req:req_1"],
    ["the id of the answer", { messageId: "msg_1" }, "msg:msg_1"],
    ["the client's id of the request", { clientRequestId: "c-1" }, "client:c-1"],
  ])("shares %s, across traces and sources", (_, ids, callKey) => {
    const settlement = settled({
      evidence: [bySpan("a", ids), bySpan("b", { ...ids, traceId: "other" }), byLog("1", "z", ids)],
    });

    expect(onlyCall(settlement).callKey).toBe(callKey);
    expect([...settlement.evidence.values()].map((entry) => entry.callKey)).toEqual([callKey, callKey, callKey]);
    expect([...settlement.evidence.values()].filter((entry) => entry.counted)).toHaveLength(1);
  });

  it("is joined through a report that has two ids", () => {
    const settlement = settled({
      evidence: [
        bySpan("a", { messageId: "msg_1" }),
        byLog("1", "z", { providerRequestId: "req_1" }),
        byLog("2", "z", { providerRequestId: "req_1", messageId: "msg_1" }),
      ],
    });

    expect(onlyCall(settlement).callKey).toBe("req:req_1");
  });

  it("has the smallest of several ids as its key", () => {
    const settlement = settled({
      evidence: [
        byLog("1", "z", { providerRequestId: "req_9", clientRequestId: "c" }),
        byLog("2", "z", { providerRequestId: "req_10", clientRequestId: "c" }),
      ],
    });

    expect(onlyCall(settlement).callKey).toBe("req:req_10");
  });

  it("is not joined by an empty id", () => {
    const settlement = settled({
      evidence: [bySpan("a", { providerRequestId: "" }), bySpan("b", { providerRequestId: "" })],
    });

    expect(settlement.calls.map((call) => call.callKey)).toEqual(["span:trace/a", "span:trace/b"]);
  });

  it("is a log record written in the span that reports a call", () => {
    const settlement = settled({ evidence: [bySpan("a", { messageId: "msg_1" }), byLog("1", "a")] });

    expect(onlyCall(settlement).callKey).toBe("msg:msg_1");
  });

  it("is not a log record written in that span about a request of another id", () => {
    const settlement = settled({
      evidence: [bySpan("a", { messageId: "msg_1" }), byLog("1", "a", { messageId: "msg_2" })],
    });

    expect(settlement.calls.map((call) => call.callKey)).toEqual(["msg:msg_1", "msg:msg_2"]);
  });

  it("is not two log records that were written in a span which reports no call", () => {
    const settlement = settled({ spans: [span("a", "")], evidence: [byLog("1", "a"), byLog("2", "a")] });

    expect(settlement.calls.map((call) => call.callKey)).toEqual(["log:1", "log:2"]);
  });

  it("is not what merely looks alike: two equal calls beside each other are two", () => {
    const settlement = settled({
      spans: [span("p", ""), span("a", "p"), span("b", "p")],
      evidence: [bySpan("a"), bySpan("b")],
    });

    expect(settlement.calls).toHaveLength(2);
  });

  it("counts the success, not the failed attempt, when both have the same rank", () => {
    const settlement = settled({
      evidence: [
        byLog("1", "z", { clientRequestId: "c", status: "error", errorType: "529", tokens: {} }),
        byLog("2", "z", { clientRequestId: "c" }),
      ],
    });

    expect(onlyCall(settlement)).toMatchObject({ status: "ok", tokens: { outputTokens: 42 } });
    expect(onlyCall(settlement).errorType).toBeUndefined();
  });
});
