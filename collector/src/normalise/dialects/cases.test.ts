import { describe, expect, it } from "vitest";
import { differences, type Json, normaliseJson, readCases, toJson, totalsOf } from "../test-support/cases.ts";
import { DIALECTS } from "./registry.ts";

const cases = readCases();

describe("the cases of the dialects", () => {
  it.each(cases)("$folder: $content.title ($file)", ({ folder, content }) => {
    const batch = normaliseJson(content.otlp);
    const spans = Object.fromEntries(batch.spans.map(({ span, reading }) => [span.spanId, toJson(reading)]));
    const logs = batch.logs.map(({ reading }) => toJson(reading));

    const wrong = [
      ...differences(spans, content.expect.spans ?? {}, "spans"),
      ...(content.expect.logs ?? []).flatMap((log, index) => differences(logs[index], log, `logs[${index}]`)),
      ...differences({ ...ZEROS, ...totalsOf(batch) }, content.expect.totals ?? {}, "totals"),
    ];

    expect(wrong).toStrictEqual([]);
    expect(Object.keys(content.expect.spans ?? {}).sort()).toStrictEqual(Object.keys(spans).sort());
    expect(content.expect.logs ?? []).toHaveLength(logs.length);
    const dialects = new Set([...batch.spans, ...batch.logs].map(({ reading }) => reading.dialect));
    expect([...dialects]).toStrictEqual([folder.replaceAll("-", "_")]);
  });

  it("exist for every dialect", () => {
    const folders = new Set(cases.map(({ folder }) => folder.replaceAll("-", "_")));

    expect([...folders].sort()).toStrictEqual(DIALECTS.map(({ id }) => id).sort());
  });

  it("are compared in both directions: a wrong number, a missing field and an unexpected one are differences", () => {
    const read = { tokens: { outputTokens: 42 }, status: "ok" };

    expect(differences(read, { tokens: { outputTokens: 43 } }, "x")).toStrictEqual([
      "x.tokens.outputTokens: expected 43, read 42",
    ]);
    expect(differences(read, { errorType: "timeout" }, "x")).toHaveLength(1);
    expect(differences(read, { status: null }, "x")).toHaveLength(1);
    expect(differences(read, { errorType: null, tokens: { outputTokens: 42 } }, "x")).toStrictEqual([]);
  });
});

/** A bucket that no call reports sums to nothing. */
const ZEROS: { readonly [name: string]: Json } = {
  uncachedInputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  cacheWriteUnknownTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};
