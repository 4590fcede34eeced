import { describe, expect, it } from "vitest";
import type { AnyValue } from "../decode/otlp.ts";
import { readJson } from "./json-attribute.ts";

function read(value: AnyValue): [string, AnyValue][] {
  return [...readJson(new Map([["usage", value]]), "usage")];
}

describe("an object in an attribute", () => {
  it("is read by the paths of its scalars, from text and from a structure alike", () => {
    const expected = [
      ["input", 120],
      ["details.cache.read", 5000],
      ["tier", "batch"],
    ];

    expect(read('{"input":120,"details":{"cache":{"read":5000}},"tier":"batch","list":[1],"none":null}')).toStrictEqual(
      expected,
    );
    const details = new Map([["cache", new Map([["read", 5000n]])]]);
    expect(
      read(
        new Map<string, AnyValue>([
          ["input", 120n],
          ["details", details],
        ]),
      ),
    ).toStrictEqual([
      ["input", 120n],
      ["details.cache.read", 5000n],
    ]);
  });

  it("is empty when there is none, when it is no object and when it is broken", () => {
    for (const value of [undefined, "", "text", "[1]", "{broken", "7", 7n, true, ["{}"]]) {
      expect(read(value)).toStrictEqual([]);
    }
    expect([...readJson(new Map(), "usage")]).toStrictEqual([]);
  });

  it("is read to a depth that no usage has, so that a hostile one costs nothing", () => {
    const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;

    expect(read(deep)).toStrictEqual([]);
  });
});
