/** Every command once, as small as it goes: that it runs, verifies what it did, and answers the figures that it promises. */
import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeDataFolder } from "./collector/collector.ts";
import { ingest } from "./commands/ingest.ts";
import { normaliseCommand } from "./commands/normalise.ts";
import { reports } from "./commands/reports.ts";
import { start } from "./commands/start.ts";
import { readOptions } from "./options.ts";
import { badInput } from "./torture/bad-input.ts";
import { corrupt } from "./torture/corrupt.ts";
import { disk } from "./torture/disk.ts";
import { kill } from "./torture/kill.ts";
import { overload } from "./torture/overload.ts";

const LONG = 180_000;
const options = (...args: string[]) => readOptions(["--source", ...args]);

test.each([["--mix"], ["--gzip"]])(
  "ingest %s verifies every acknowledged item by SQL and gives each figure beside its floor",
  async (flag) => {
    const result = await ingest(
      options("--seconds", "1", "--senders", "2", "--spans-per-request", "64", "--spans", "512", flag),
    );
    expect(result["verdict"]).toMatchObject({ missing: 0, duplicates: 0, differences: [] });
    for (const figure of [
      "spans_per_s",
      "floor_spans_per_s",
      "ratio_to_floor",
      "cpu_us_per_span",
      "bytes_per_span",
      "rss_max_mb",
    ]) {
      expect(result[figure], figure).toBeGreaterThan(0);
    }
    for (const figure of ["ack_p50_ms", "ack_p99_ms", "ack_max_ms", "visible_p99_ms"])
      expect(result[figure], figure).toBeGreaterThan(0);
    expect(Number(result["ratio_to_floor"])).toBeLessThan(1);
  },
  LONG,
);

test(
  "reports are timed over the history that was made",
  async () => {
    const result = await reports(options("--spans", "1000", "--repeats", "1"));
    expect(Number(result["spans"])).toBeGreaterThanOrEqual(1000);
    expect(Object.keys(result["report_24h_ms"] as object)).toContain("phase_report");
    expect(result["trace_by_id_ms"]).toBeGreaterThan(0);
  },
  LONG,
);

test("the stages are measured each by itself", async () => {
  const result = await normaliseCommand(options("--seconds", "0.2", "--mix", "--spans", "512"));
  for (const stage of ["decode", "normalise", "settle"])
    expect(result[`${stage}_cpu_us_per_item`], stage).toBeGreaterThan(0);
});

test(
  "a start is timed until the collector is ready",
  async () => {
    const folder = await makeDataFolder();
    try {
      const result = await start(options("--repeats", "1", "--data", folder));
      expect(result["ready_median_ms"]).toBeGreaterThan(0);
      expect(result["idle_mb"]).toBeGreaterThan(10);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  LONG,
);

test(
  "kill loses nothing and counts nothing twice",
  async () => {
    const result = await kill(options("--rounds", "2", "--rate", "500"));
    expect(result).toMatchObject({ rounds: 2, missing: 0, duplicates: 0, unasked: 0, differences: [], verified: true });
    expect(result["acknowledged"]).toBeGreaterThan(0);
  },
  LONG,
);

test(
  "a full disk is a pause, or the command says why there is none to fill",
  async () => {
    const result = await disk(options("--rounds", "1", "--rate", "300"));
    if (result["ran"] === false) expect(result["reason"]).toMatch(/mount/);
    else expect(result).toMatchObject({ missing: 0, duplicates: 0, failed_reads: 0 });
  },
  LONG,
);

test(
  "a journal that lost a segment before it was loaded is reported and the rest is served",
  async () => {
    const result = await corrupt(options("--rounds", "1", "--only", "not loaded missing"));
    expect(result).toMatchObject({ cases: 1, started: 1, serving: 1, with_loss: 1, silent_losses: 0, failures: [] });
  },
  LONG,
);

test(
  "under overload exporters drop nothing and only 200 and 503 are answered",
  async () => {
    const result = await overload(options("--seconds", "2", "--capacity", "1000", "--exporters", "1"));
    expect(result).toMatchObject({ missing: 0, duplicates: 0, faults: [], exporter_failed_batches: 0 });
    expect(result["exporter_spans_stored"]).toBe(result["exporter_spans_ended"]);
  },
  LONG,
);

test(
  "bad input of every category gets the status and the body that are right",
  async () => {
    const result = await badInput(options("--count", "57"));
    expect(result["first_problems"]).toEqual([]);
    expect(result["categories"]).toBe(19);
  },
  LONG,
);
