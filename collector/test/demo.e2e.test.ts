/** The demo agent, auto-instrumented, against a real collector: its own ledger and the reports agree to the last digit. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startCollector, type CollectorProcess } from "@phasewise/testing";
import { afterEach, expect, test } from "vitest";
import { readReport } from "./support/reports.ts";

const DEMO = join(import.meta.dirname, "../../packages/demo/src/main.ts");
let collector: CollectorProcess | undefined;

afterEach(async () => {
  await collector?.stop();
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function runDemo(
  options: { readonly pace: string; readonly iterations: string },
  to: CollectorProcess,
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ["--conditions=@phasewise/source", DEMO, "--pace", options.pace, "--iterations", options.iterations],
    {
      env: { PATH: process.env["PATH"], PHASEWISE_URL: to.url, OTEL_EXPORTER_OTLP_ENDPOINT: to.otlpUrl },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => (output += part));
  }
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

test("the demo's token sums and cost equal its ledger, and its runs are told in full", async () => {
  collector = await startCollector();

  const demo = await runDemo({ pace: "0.2", iterations: "3" }, collector);
  const runs = await readReport(
    collector.url,
    "sql",
    "select run_number, status, error_message, git_commit is not null as has_commit from runs order by run_number",
  );
  const performance = await readReport(collector.url, "iteration_performance");
  const entries = await readReport(
    collector.url,
    "sql",
    "select r.run_number, p.phase, max(p.entry) as entries from phases as p join runs as r using (run_id) group by all having max(p.entry) > 1",
  );

  expect(demo.output).toContain("equal the ledger to the last digit");
  expect(demo.code).toBe(0);
  expect(runs.map((run) => [run["run_number"], run["status"]])).toEqual([
    [1, "succeeded"],
    [2, "succeeded"],
    [3, "failed"],
  ]);
  expect(String(runs[2]?.["error_message"])).toContain("the limit is");
  const first = performance.filter((row) => row["run_number"] === 1).map((row) => row["phase"]);
  expect(first.toSorted()).toEqual(["analysis", "backtest_execution", "scan_execution", "scanner_generation"]);
  expect(performance.some((row) => row["run_number"] === 2 && row["phase"] === "execution_generation")).toBe(true);
  expect(entries).toEqual([{ run_number: 2, phase: "scan_execution", entries: 2 }]);
}, 90_000);

test("a run is seen while it runs, with its phase; and kill -9 of the collector in its middle loses nothing", async () => {
  collector = await startCollector();
  const ports = { otlpHttpPort: collector.otlpHttpPort, webPort: collector.webPort };
  const { dataFolder } = collector;

  const demo = runDemo({ pace: "1", iterations: "2" }, collector);
  const live = await waitFor(collector.url, "select status, current_phase from runs where current_phase is not null");
  await collector.kill("SIGKILL");
  await sleep(300);
  collector = await startCollector({ ...ports, dataFolder });
  const ended = await demo;

  expect(live[0]).toMatchObject({ status: "running" });
  expect(typeof live[0]?.["current_phase"]).toBe("string");
  expect(ended.output).toContain("equal the ledger to the last digit");
  expect(ended.code).toBe(0);
}, 120_000);

async function waitFor(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const rows = await readReport(url, "sql", sql);
    if (rows.length > 0) return rows;
    await sleep(100);
  }
  return [];
}
