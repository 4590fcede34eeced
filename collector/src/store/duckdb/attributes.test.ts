import { expect, test } from "vitest";
import { anyValueText, keyValuesText } from "./attributes.ts";

test("what has no plain type of SQL becomes OTLP/JSON text", () => {
  expect([[1n, 2n], new Uint8Array([255]), undefined, Number.NaN, Number.NEGATIVE_INFINITY].map(anyValueText)).toEqual([
    '{"arrayValue":{"values":[{"intValue":"1"},{"intValue":"2"}]}}',
    '{"bytesValue":"/w=="}',
    "{}",
    '{"doubleValue":"NaN"}',
    '{"doubleValue":"-Infinity"}',
  ]);
});

test("nested key-values keep keys and types, and never hold a lone surrogate", () => {
  const nested = new Map([["a", new Map([["b", "\udc00"]])]]);
  expect(keyValuesText(nested)).toBe(
    '[{"key":"a","value":{"kvlistValue":{"values":[{"key":"b","value":{"stringValue":"\ufffd"}}]}}}]',
  );
  expect(anyValueText(1.5)).toBe('{"doubleValue":1.5}');
});
