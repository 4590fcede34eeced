import { describe, expect, it } from "vitest";
import type { AnyValue } from "../../../decode/otlp.ts";
import { readReportedCost } from "./reported-cost.ts";

function cost(entries: Readonly<Record<string, AnyValue>>): { picoUsd: bigint | undefined; notes: string[] } {
  const notes: string[] = [];
  return { picoUsd: readReportedCost(new Map(Object.entries(entries)), notes), notes };
}

describe("the cost that Claude Code reports", () => {
  it.each([
    [{ cost_usd: 0.006915, cost_usd_micros: 6915n }, 6_915_000_000n],
    [{ cost_usd: 0.006915 }, 6_915_000_000n],
    [{ cost_usd_micros: 6915n }, 6_915_000_000n],
    [{ cost_usd_micros: "6915" }, 6_915_000_000n],
    [{ cost_usd: 0.0000037, cost_usd_micros: 4n }, 3_700_000n],
    [{ cost_usd: 0.0000005, cost_usd_micros: 1n }, 500_000n],
    [{ cost_usd: 1e-7, cost_usd_micros: 0n }, 100_000n],
    [{ cost_usd: 12_345.678901, cost_usd_micros: 12_345_678_901n }, 12_345_678_901_000_000n],
    [{ cost_usd: 0.006915000000000001 }, 6_915_000_000n],
    [{ cost_usd: 0.0000000000015 }, 2n],
    [{ cost_usd: 1e-15 }, 0n],
    [{ cost_usd: 0 }, 0n],
    [{}, undefined],
    [{ cost_usd: Number.NaN }, undefined],
  ])("of %o is %s", (entries, picoUsd) => {
    const read = cost(entries);

    expect(read.picoUsd).toBe(picoUsd);
    expect(read.notes).toStrictEqual([]);
  });

  it("is the whole number when the two disagree, with a note", () => {
    expect(cost({ cost_usd: 5, cost_usd_micros: 300n })).toStrictEqual({
      picoUsd: 300_000_000n,
      notes: ["cost_usd of 5 is not cost_usd_micros of 300; the latter is taken"],
    });
  });
});
