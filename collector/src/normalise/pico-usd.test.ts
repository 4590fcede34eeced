import { describe, expect, it } from "vitest";
import { toPicoUsd } from "./pico-usd.ts";

describe("a stated cost", () => {
  it.each([
    [0, 0n],
    [0.006915, 6_915_000_000n],
    [0.006915000000000001, 6_915_000_000n],
    [12_345.678901, 12_345_678_901_000_000n],
    [1e-7, 100_000n],
    [1.5e-12, 2n],
    [1.4e-12, 1n],
    [1e-15, 0n],
    [999_999, 999_999_000_000_000_000n],
    [1e6, undefined],
    [1e300, undefined],
    [-0.1, undefined],
    [Number.NaN, undefined],
  ])("of %s USD is %s", (usd, picoUsd) => {
    expect(toPicoUsd(usd)).toBe(picoUsd);
  });
});
