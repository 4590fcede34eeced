import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startCollector, type CollectorProcess } from "@phasewise/testing";
import { afterEach, beforeEach, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const EQUAL = "Token sums and cost of the three reports equal the ledger to the last digit.";

let dataFolder: string;
let collector: CollectorProcess;

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "phasewise-demo-"));
  collector = await startCollector({ dataFolder });
});

afterEach(async () => {
  await collector.stop();
  await rm(dataFolder, { recursive: true, force: true });
});

interface Demo {
  readonly process: ChildProcess;
  output(): string;
  readonly ended: Promise<number | null>;
}

function startDemo(...given: readonly string[]): Demo {
  const child = spawn(process.execPath, ["--conditions=@phasewise/source", MAIN, ...given], {
    env: {
      PATH: process.env["PATH"] ?? "",
      PHASEWISE_URL: collector.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpUrl,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => {
      output += part;
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { process: child, output: () => output, ended };
}

async function rowsOf(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const response = await fetch(`${collector.url}/api/sql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sql }),
  });
  const table = (await response.json()) as { readonly rows: readonly Readonly<Record<string, unknown>>[] };
  return table.rows;
}

test("the reports of a demo equal the double's ledger to the last digit, and its runs are told in full", async () => {
  const demo = startDemo("--pace", "0");

  const exitCode = await demo.ended;
  const runs = await rowsOf("select run_number, status, error_message, git_commit from runs order by run_number");
  const again = await rowsOf(
    "select r.run_number, p.phase, max(p.entry) as entries from phases as p join runs as r using (run_id) " +
      "group by all having max(p.entry) > 1",
  );

  expect({ exitCode, output: demo.output() }).toEqual({ exitCode: 0, output: expect.stringContaining(EQUAL) });
  expect(runs.map((run) => [run["run_number"], run["status"]])).toEqual([
    [1, "succeeded"],
    [2, "succeeded"],
    [3, "failed"],
  ]);
  expect(runs[2]?.["error_message"]).toContain("the limit is");
  expect(again).toEqual([{ run_number: 2, phase: "scan_execution", entries: 2 }]);
}, 60_000);

test("a second demo is not mixed up with the first", async () => {
  await startDemo("--pace", "0", "--iterations", "1").ended;
  const second = startDemo("--pace", "0", "--iterations", "1");

  expect({ exitCode: await second.ended, output: second.output() }).toMatchObject({ exitCode: 0 });
}, 60_000);

test("a run is seen while it runs; a collector that is killed in its middle and comes back has everything", async () => {
  // Slow enough for a collector to start while the agent still works, on a busy machine too.
  const demo = startDemo("--pace", "2");
  await expect.poll(() => demo.output(), { timeout: 30_000 }).toContain("iteration 1  tool compute_statistics");
  const live = await rowsOf("select status, current_phase, run_number from runs");

  await collector.kill("SIGKILL");
  const { otlpHttpPort, webPort } = collector;
  collector = await startCollector({ dataFolder, otlpHttpPort, webPort });
  const outputAtReturn = demo.output();
  const exitCode = await demo.ended;

  expect(live).toEqual([{ status: "running", current_phase: "analysis", run_number: 1 }]);
  expect(outputAtReturn).not.toContain("What the double served");
  expect({ exitCode, output: demo.output() }).toEqual({ exitCode: 0, output: expect.stringContaining(EQUAL) });
}, 90_000);
