import { expect, test } from "vitest";
import { toTable } from "./table.ts";

const RESULT = {
  columns: ["duration_ms", "gap_ms", "cost_ratio"].map((name) => ({ name, type: "DOUBLE" })),
  rows: [
    [80.46916399999999, 0.1 + 0.2, 0.1 + 0.2],
    [null, 1e21, 7],
  ],
  truncated: false,
};

test("documented durations have no digits below the nanosecond, and all else keeps what it has", () => {
  const comments = new Map([
    ["duration_ms", "Time."],
    ["cost_ratio", "Share."],
  ]);

  expect(toTable(RESULT, { report: "x", parameters: {}, comments }).rows).toEqual([
    { duration_ms: 80.469164, gap_ms: 0.30000000000000004, cost_ratio: 0.30000000000000004 },
    { duration_ms: null, gap_ms: 1e21, cost_ratio: 7 },
  ]);
});
