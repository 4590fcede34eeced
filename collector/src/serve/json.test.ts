import { expect, test } from "vitest";
import { Decimal } from "../store/store.ts";
import { toJson } from "./json.ts";

test("decimals and big integers are numbers with all their digits", () => {
  const text = toJson({
    cost: new Decimal("12345678901234567890.000000000001"),
    negative: new Decimal("-0.5"),
    tokens: 9_007_199_254_740_993n,
    rows: [{ a: 1, b: null }],
  });

  expect(text).toBe(
    '{"cost":12345678901234567890.000000000001,"negative":-0.5,"tokens":9007199254740993,"rows":[{"a":1,"b":null}]}',
  );
});

test("what only looks like a decimal stays what it is", () => {
  expect(toJson({ decimal: "1.5" })).toBe('{"decimal":"1.5"}');
  expect(toJson([{ decimal: "1,2" }, { decimal: "1", other: 2 }])).toBe(
    '[{"decimal":"1,2"},{"decimal":"1","other":2}]',
  );
});

test("NaN and infinity, which JSON cannot say, are null", () => {
  expect(toJson([Number.NaN, Number.POSITIVE_INFINITY])).toBe("[null,null]");
});
