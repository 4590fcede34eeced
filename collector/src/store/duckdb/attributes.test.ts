import { expect, test } from "vitest";
import { anyValueText, keyValuesText, splitAttributes } from "./attributes.ts";

test("every value goes to the map of its type, and what has no plain type becomes OTLP/JSON text", () => {
  const split = splitAttributes(
    new Map<string, string | bigint | number | boolean | Uint8Array | readonly bigint[] | undefined>([
      ["text", "a"],
      ["int", 7n],
      ["whole double", 7],
      ["bool", false],
      ["list", [1n, 2n]],
      ["bytes", new Uint8Array([255])],
      ["empty", undefined],
      ["nan", Number.NaN],
      ["infinity", Number.NEGATIVE_INFINITY],
    ]),
  );
  expect(split.text).toEqual([["text"], ["a"]]);
  expect(split.int).toEqual([["int"], [7n]]);
  expect(split.double).toEqual([["whole double"], [7]]);
  expect(split.bool).toEqual([["bool"], [false]]);
  expect(split.json).toEqual([
    ["list", "bytes", "empty", "nan", "infinity"],
    [
      '{"arrayValue":{"values":[{"intValue":"1"},{"intValue":"2"}]}}',
      '{"bytesValue":"/w=="}',
      "{}",
      '{"doubleValue":"NaN"}',
      '{"doubleValue":"-Infinity"}',
    ],
  ]);
});

test("two keys that are one when written as UTF-8 become one entry", () => {
  const split = splitAttributes(
    new Map([
      ["k\ud800", "first"],
      ["k\ud801", "second"],
    ]),
  );
  expect(split.text).toEqual([["k\ufffd"], ["first"]]);
});

test("nested key-values keep keys and types, and never hold a lone surrogate", () => {
  const nested = new Map([["a", new Map([["b", "\udc00"]])]]);
  expect(keyValuesText(nested)).toBe(
    '[{"key":"a","value":{"kvlistValue":{"values":[{"key":"b","value":{"stringValue":"\ufffd"}}]}}}]',
  );
  expect(anyValueText(1.5)).toBe('{"doubleValue":1.5}');
});
