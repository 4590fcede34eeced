import { describe, expect, it } from "vitest";
import { KNOWN_TOKENS, bySpan, onlyCall, settled, span } from "./test-support/sample.ts";

const OUTER = { dialect: "outer", rank: 10 };
const INNER = { dialect: "inner", rank: 60 };
const NESTED = [span("o", ""), span("m", "o"), span("i", "m")];

describe("a call around a call", () => {
  it("is the same call when model and output are equal, and the innermost counts", () => {
    const settlement = settled({ spans: NESTED, evidence: [bySpan("o", OUTER), bySpan("i", INNER)] });

    expect(onlyCall(settlement)).toMatchObject({
      callKey: "span:trace/i",
      spanId: "i",
      countedFrom: "inner",
      layers: ["inner", "outer"],
    });
    expect(settlement.evidence.get("span:trace/i")).toEqual({ callKey: "span:trace/i", counted: true });
    expect(settlement.evidence.get("span:trace/o")).toEqual({ callKey: "span:trace/i", counted: false });
  });

  it("is the same call under another name of the model", () => {
    const settlement = settled({
      spans: NESTED,
      evidence: [
        bySpan("o", { ...OUTER, requestModel: "claude-sonnet-4-5" }),
        bySpan("i", { ...INNER, requestModel: undefined, responseModel: "claude-sonnet-4-5-20250929" }),
      ],
    });

    expect(onlyCall(settlement)).toMatchObject({ model: "claude-sonnet-4-5", requestModel: "claude-sonnet-4-5" });
  });

  it.each([
    ["another model", { requestModel: "claude-haiku-4-5" }],
    ["another output", { tokens: { ...KNOWN_TOKENS, outputTokens: 43 } }],
    ["no model", { requestModel: undefined }],
  ])("is a call of its own with %s", (_, difference) => {
    const settlement = settled({
      spans: NESTED,
      evidence: [bySpan("o", OUTER), bySpan("i", { ...INNER, ...difference })],
    });

    expect(settlement.calls).toHaveLength(2);
  });

  it("is a call of its own when the ids of the answers differ", () => {
    const settlement = settled({
      spans: NESTED,
      evidence: [bySpan("o", { ...OUTER, messageId: "msg_1" }), bySpan("i", { ...INNER, messageId: "msg_2" })],
    });

    expect(settlement.calls).toHaveLength(2);
  });

  it("is the same call through the id of the answer, whatever the tokens say, and the best rank counts", () => {
    const settlement = settled({
      spans: NESTED,
      evidence: [
        bySpan("o", { ...OUTER, messageId: "msg_1" }),
        bySpan("i", { ...INNER, messageId: "msg_1", tokens: { outputTokens: 1 } }),
      ],
    });

    expect(onlyCall(settlement)).toMatchObject({ countedFrom: "outer", tokens: { outputTokens: 42 } });
  });

  it("gives the innermost the count when ids are equal and ranks too", () => {
    const settlement = settled({
      spans: [span("a-outer", ""), span("b-inner", "a-outer")],
      evidence: [
        bySpan("a-outer", { dialect: "outer", messageId: "msg_1" }),
        bySpan("b-inner", { dialect: "inner", messageId: "msg_1" }),
      ],
    });

    expect(onlyCall(settlement)).toMatchObject({ countedFrom: "inner", spanId: "b-inner" });
  });

  it("is the same call through three layers", () => {
    const settlement = settled({
      spans: NESTED,
      evidence: [bySpan("o", OUTER), bySpan("m", { dialect: "middle" }), bySpan("i", INNER)],
    });

    expect(onlyCall(settlement)).toMatchObject({ countedFrom: "inner", layers: ["inner", "middle", "outer"] });
  });

  it("is the same call when both failed alike without output", () => {
    const failed = { status: "error" as const, tokens: {} };
    const settlement = settled({
      spans: NESTED,
      evidence: [bySpan("o", { ...OUTER, ...failed }), bySpan("i", { ...INNER, ...failed })],
    });

    expect(onlyCall(settlement)).toMatchObject({ status: "error", costPicoUsd: 0n });
  });

  it.each([
    ["the wrapper does", { tokens: {} }, {}, "inner"],
    ["the wrapped one does", {}, { tokens: {} }, "outer"],
  ])("is the same call when only %s not report tokens", (_, outer, inner, countedFrom) => {
    const settlement = settled({
      spans: NESTED,
      evidence: [bySpan("o", { ...OUTER, ...outer }), bySpan("i", { ...INNER, ...inner })],
    });

    expect(onlyCall(settlement)).toMatchObject({ countedFrom, tokens: { outputTokens: 42 } });
  });

  it("around a failed attempt and the answer is the answer", () => {
    const settlement = settled({
      spans: [span("o", ""), span("i", "o"), span("x", "o")],
      evidence: [bySpan("o", OUTER), bySpan("i", INNER), bySpan("x", { ...INNER, status: "error", tokens: {} })],
    });

    expect(settlement.calls.map((call) => [call.spanId, call.status, call.layers])).toEqual([
      ["i", "ok", ["inner", "outer"]],
      ["x", "error", ["inner"]],
    ]);
  });

  it("around two calls like itself is a sum over them and does not count", () => {
    const settlement = settled({
      spans: [span("o", ""), span("i", "o"), span("j", "o")],
      evidence: [bySpan("o", OUTER), bySpan("i", INNER), bySpan("j", INNER)],
    });

    expect(settlement.calls.map((call) => [call.callKey, call.layers])).toEqual([
      ["span:trace/i", ["inner"]],
      ["span:trace/j", ["inner"]],
    ]);
    expect(settlement.evidence.get("span:trace/o")).toEqual({ callKey: "span:trace/o", counted: false });
  });

  it("around two wrapped calls of different output wraps the one with its own", () => {
    const other = { tokens: { ...KNOWN_TOKENS, outputTokens: 7 } };
    const settlement = settled({
      spans: [span("o", ""), span("w", "o"), span("i", "w"), span("x", "o")],
      evidence: [bySpan("o", OUTER), bySpan("w", { dialect: "middle" }), bySpan("i", INNER), bySpan("x", other)],
    });

    expect(settlement.calls.map((call) => [call.spanId, call.layers])).toEqual([
      ["i", ["inner", "middle", "outer"]],
      ["x", ["test"]],
    ]);
  });

  it("of the same id is no wrapper of another call beneath", () => {
    const settlement = settled({
      spans: [span("o", ""), span("i", "o"), span("x", "o")],
      evidence: [
        bySpan("o", { ...OUTER, clientRequestId: "c" }),
        bySpan("i", { ...INNER, clientRequestId: "c" }),
        bySpan("x", { dialect: "third" }),
      ],
    });

    expect(settlement.calls.map((call) => [call.callKey, call.layers])).toEqual([
      ["client:c", ["inner", "outer"]],
      ["span:trace/x", ["third"]],
    ]);
  });
});
