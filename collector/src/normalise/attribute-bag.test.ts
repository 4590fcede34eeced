import { describe, expect, it } from "vitest";
import type { AnyValue } from "../decode/otlp.ts";
import {
  readBoolean,
  readCount,
  readFirstCount,
  readFirstText,
  readOrdinal,
  readNumber,
  readText,
  readTextList,
} from "./attribute-bag.ts";

const bag = (value: AnyValue): ReadonlyMap<string, AnyValue> => new Map([["a", value]]);

describe("typed reads of attributes", () => {
  it.each([
    ["x", "x"],
    ["", undefined],
    [7n, "7"],
    [1.5, "1.5"],
    [true, "true"],
    [undefined, undefined],
    [["x"], undefined],
    [new Map([["k", "v"]]), undefined],
    [new Uint8Array([1]), undefined],
  ])("text of %o is %o", (value, expected) => {
    expect(readText(bag(value as AnyValue), "a")).toBe(expected);
  });

  it.each([
    [7n, 7],
    [7, 7],
    ["7", 7],
    [" 7 ", 7],
    ["-2", undefined],
    [7.5, undefined],
    ["7.5", undefined],
    ["0x10", undefined],
    ["seven", undefined],
    ["", undefined],
    [2n ** 31n, undefined],
    [2n ** 31n - 2n, 2 ** 31 - 2],
    [true, undefined],
  ])("ordinal of %o is %o", (value, expected) => {
    expect(readOrdinal(bag(value), "a")).toBe(expected);
  });

  it.each([
    [0.25, 0.25],
    ["0.25", 0.25],
    ["1e-3", 0.001],
    [3n, 3],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    ["Infinity", undefined],
  ])("number of %o is %o", (value, expected) => {
    expect(readNumber(bag(value), "a")).toBe(expected);
  });

  it.each([
    [true, true],
    ["true", true],
    [false, false],
    ["false", false],
    ["yes", undefined],
    [1n, undefined],
  ])("boolean of %o is %o", (value, expected) => {
    expect(readBoolean(bag(value), "a")).toBe(expected);
  });

  it.each([
    [
      ["x", 1n, "y"],
      ["x", "y"],
    ],
    ["x", ["x"]],
    ['["x","y"]', ["x", "y"]],
    ["[x", ["[x"]],
    ["", undefined],
    [1n, undefined],
  ])("list of %o is %o", (value, expected) => {
    expect(readTextList(bag(value as AnyValue), "a")).toStrictEqual(expected);
  });

  it.each([[0n], ["0"], [0], [2n ** 53n - 1n]])("%s is a count", (value) => {
    const notes: string[] = [];

    expect(readCount(bag(value), "a", notes)).toBe(Number(value));
    expect(notes).toStrictEqual([]);
  });

  it.each([
    [-1n, "a is -1, which is not a count; it is left out"],
    [1.5, "a is 1.5, which is not a count; it is left out"],
    [2n ** 53n, "a is 9007199254740992, which is not a count; it is left out"],
    ["many", 'a is "many", which is not a count; it is left out'],
    ["x".repeat(50), `a is "${"x".repeat(40)}...", which is not a count; it is left out`],
    [["1"], "a is a structure, which is not a count; it is left out"],
  ])("%o is no count and leaves a note", (value, note) => {
    const notes: string[] = [];

    expect(readCount(bag(value as AnyValue), "a", notes)).toBeUndefined();
    expect(notes).toStrictEqual([note]);
  });

  it("takes the first name that is there, even when its count is no good", () => {
    const notes: string[] = [];
    const attributes = new Map<string, AnyValue>([
      ["newer", -1n],
      ["older", 5n],
      ["text", "t"],
    ]);

    expect(readFirstCount(attributes, ["absent", "older"], notes)).toBe(5);
    expect(notes).toStrictEqual([]);
    expect(readFirstCount(attributes, ["newer", "older"], notes)).toBeUndefined();
    expect(notes).toHaveLength(1);
    expect(readFirstText(attributes, ["absent", "text"])).toBe("t");
  });
});
