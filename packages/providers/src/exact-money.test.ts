import { describe, expect, it } from "vitest";
import { PICO_PER_USD, usdPerMillionToPicoPerToken, usdToPico } from "./exact-money.ts";

describe("exact money", () => {
  it("reads decimal text to the last digit", () => {
    expect(usdToPico("0.01")).toBe(PICO_PER_USD / 100n);
    expect(usdToPico("0.000000000001")).toBe(1n);
    expect(usdPerMillionToPicoPerToken("0.125")).toBe(125_000n);
    expect(usdPerMillionToPicoPerToken("75")).toBe(75_000_000n);
  });

  it.each(["", "1.", ".5", "-1", "1e-6", "1,5", "0.0000001"])("refuses %j as a price per million tokens", (text) => {
    expect(() => usdPerMillionToPicoPerToken(text)).toThrow(RangeError);
  });
});
