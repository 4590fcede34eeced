import { describe, expect, it } from "vitest";
import { withOutcomeNotes } from "./outcome-notes.ts";
import type { CallReading } from "./records.ts";

const READING: CallReading = {
  scope: "call",
  rank: 1,
  startedUnixNano: 1n,
  endedUnixNano: 2n,
  status: "ok",
  finishReason: "end_turn",
  attempts: 1,
  tokens: { uncachedInputTokens: 10, outputTokens: 2 },
  notes: ["odd"],
};

function notes(change: Partial<CallReading>): readonly string[] {
  return withOutcomeNotes({ ...READING, ...change }).notes;
}

describe("notes on the outcome of a call", () => {
  it("are not written for an ordinary call, whose reading stays the same object", () => {
    expect(withOutcomeNotes(READING)).toBe(READING);
    expect(notes({ attempts: undefined, finishReason: undefined })).toStrictEqual(["odd"]);
  });

  it("are added to what the dialect noted, for a refusal and for retries", () => {
    expect(notes({ finishReason: "refusal", attempts: 2 })).toStrictEqual([
      "odd",
      "the model refused to answer; the tokens that it used are counted",
      "the request took 2 attempts; only the tokens of the last one are known and counted",
    ]);
    expect(notes({ finishReason: "content_filter" })).toHaveLength(2);
    expect(notes({ attempts: 11, status: "error", tokens: {} })).toStrictEqual(["odd"]);
  });

  it("tell an answer of nothing but zeros from one without usage, from a failure and from a sum", () => {
    const zeros = { uncachedInputTokens: 0, outputTokens: 0 };

    expect(notes({ tokens: zeros })).toStrictEqual([
      "odd",
      "every count that was reported is zero, so the call costs nothing",
    ]);
    expect(notes({ tokens: {} })).toStrictEqual(["odd"]);
    expect(notes({ tokens: { ...zeros, cacheReadTokens: 1 } })).toStrictEqual(["odd"]);
    expect(notes({ tokens: zeros, status: "error" })).toStrictEqual(["odd"]);
    expect(notes({ tokens: zeros, scope: "aggregate" })).toStrictEqual(["odd"]);
  });
});
