import { expect, test } from "vitest";
import { compare, type Sent } from "../collector/verify.ts";
import { hexOf, wordOf } from "../traffic/template.ts";
import { createTraffic, expectedOf, PLAIN_TRAFFIC } from "../traffic/traffic.ts";
import { performancePage } from "./document.ts";
import { regressions } from "./regression.ts";

test("a ratio that fell by more than the tolerance is a regression, a time or a missing ratio is none", () => {
  const committed = {
    command: "ingest",
    ratio_to_floor: 0.4,
    ratio_to_append_floor: 0.5,
    ratio_to_old: 1,
    ack_p99_ms: 10,
  };
  const measured = { command: "ingest", ratio_to_floor: 0.3, ratio_to_append_floor: 0.45, ack_p99_ms: 1000 };
  expect(regressions(committed, measured, 0.15)).toEqual([{ figure: "ratio_to_floor", committed: 0.4, measured: 0.3 }]);
});

test("the page shows every figure of every result with the command that repeats it, and nothing without results", () => {
  expect(performancePage([])).toContain("No results are committed yet.");
  const result = {
    command: "ingest",
    arguments: { seconds: 20, gzip: true, mix: false, spans_per_request: 512, collector: "built" },
    spans_per_s: 120_000,
    floor_spans_per_s: 300_000,
    journal_floor: { fsync_p50_ms: 1.5 },
    node: "v24.21.0",
    measured_at: "2026-11-21T00:00:00.000Z",
    machine: { cpu: "example", cores: 2, memory_gb: 24 },
  };
  const page = performancePage([{ name: "ingest-gzip", result }]);
  expect(page).toContain("`npm run bench -- ingest --seconds 20 --gzip --spans-per-request 512`");
  expect(page).toContain("| spans_per_s | 120,000 |");
  expect(page).toContain("| journal_floor fsync_p50_ms | 1.5 |");
  expect(page).toContain("bar [300000]");
});

test("the comparison with the store finds what is missing, what is there twice and what nobody sent", () => {
  const traffic = createTraffic({ ...PLAIN_TRAFFIC, spansPerCycle: 100, spansPerRequest: 32 });
  const sent: Sent = {
    traffic,
    series: 5,
    progress: new Map([[0, traffic.bodies.length]]),
    beginUnixMs: 1_795_000_000_000,
  };
  const word = hexOf(wordOf(5, 0, 0));
  const expected = expectedOf(traffic, sent.progress, sent.beginUnixMs);
  const cost = `${expected.costPicoUsd / 10n ** 12n}.${String(expected.costPicoUsd % 10n ** 12n).padStart(12, "0")}`;
  const calls = [
    {
      word,
      calls: expected.calls,
      different: expected.calls,
      input: expected.inputTokens,
      output: expected.outputTokens,
      cost,
    },
  ];
  const rows = (items: number, different: number) => [{ signal: "traces", word, items, different }];

  expect(compare([sent], rows(expected.spans, expected.spans), calls)).toEqual({
    acknowledged: expected.spans,
    missing: 0,
    duplicates: 0,
    unasked: 0,
    differences: [],
  });
  expect(compare([sent], rows(expected.spans, expected.spans - 1), calls)).toMatchObject({ missing: 1, duplicates: 1 });
  expect(compare([sent], rows(expected.spans + 2, expected.spans + 2), calls)).toMatchObject({ unasked: 2 });
  expect(compare([sent], [], []).missing).toBe(expected.spans);
  expect(compare([sent], rows(expected.spans, expected.spans), []).differences).toHaveLength(5);
});
