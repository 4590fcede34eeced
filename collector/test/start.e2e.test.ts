/** What a person sees when the start goes wrong, and that the two processes come and go together. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startCollector, type CollectorProcess } from "@phasewise/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const MAIN = join(import.meta.dirname, "../src/main.ts");
let folder: string;
let collector: CollectorProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "phasewise-start-"));
});
afterEach(async () => {
  await collector?.stop();
  collector = undefined;
  await rm(folder, { recursive: true, force: true });
});

const FREE = {
  PHASEWISE_OTLP_HTTP_PORT: "0",
  PHASEWISE_OTLP_GRPC_PORT: "0",
  PHASEWISE_WEB_PORT: "0",
  PHASEWISE_SQL_PORT: "0",
};

function runMain(
  environment: Record<string, string>,
  flags: readonly string[] = [],
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, ["--conditions=@phasewise/source", MAIN, ...flags], {
    env: { PATH: process.env["PATH"], PHASEWISE_DATA: join(folder, "data"), ...FREE, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => (stderr += part));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stderr })));
}

describe("a start that cannot work says what to change", () => {
  test.each(["PHASEWISE_OTLP_HTTP_PORT", "PHASEWISE_OTLP_GRPC_PORT", "PHASEWISE_WEB_PORT"])(
    "%s is taken",
    async (setting) => {
      const other = createServer();
      await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
      const port = String((other.address() as AddressInfo).port);

      const { code, stderr } = await runMain({ [setting]: port });
      other.close();

      expect(code).toBe(1);
      expect(stderr).toContain(`${setting}: expected a free port on 127.0.0.1, got ${port}`);
    },
  );

  test("the data folder cannot be written", async () => {
    await writeFile(join(folder, "file"), "");

    const { code, stderr } = await runMain({ PHASEWISE_DATA: join(folder, "file", "data") });

    expect(code).toBe(1);
    expect(stderr).toContain("PHASEWISE_DATA: expected a folder that can be written");
  });

  test("another collector uses the data folder", async () => {
    collector = await startCollector({ dataFolder: join(folder, "data") });

    const { code, stderr } = await runMain({});

    expect(code).toBe(1);
    expect(stderr).toContain("another collector uses");
  });

  test("every wrong setting is named at once", async () => {
    const { code, stderr } = await runMain({ PHASEWISE_WEB_PORT: "http", PHASEWISE_QUERY_TIMEOUT_MS: "0" });

    expect(code).toBe(1);
    expect(stderr).toContain('PHASEWISE_WEB_PORT: expected a port from 0 to 65535, got "http"');
    expect(stderr).toContain("PHASEWISE_QUERY_TIMEOUT_MS: expected a whole number of milliseconds above 0");
  });

  test("an address that others can reach needs a token", async () => {
    const { code, stderr } = await runMain({ PHASEWISE_HOST: "0.0.0.0" });

    expect(code).toBe(1);
    expect(stderr).toContain("set PHASEWISE_TOKEN or listen on 127.0.0.1");
  });

  test("an unknown flag is a usage error", async () => {
    const { code, stderr } = await runMain({}, ["--prot", "1"]);

    expect(code).toBe(2);
    expect(stderr).toContain("--prot");
  });
});

describe("the two processes", () => {
  test("a store that dies is started again while the front goes on acknowledging", async () => {
    collector = await startCollector({ dataFolder: join(folder, "data") });
    const store = childOf(collector.pid);

    process.kill(store, "SIGKILL");
    const answer = await fetch(`${collector.otlpUrl}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: "1795000000000000000" }] }] }],
      }),
    });
    await collector.ready(15_000);

    expect(answer.status).toBe(200);
    expect(childOf(collector.pid)).not.toBe(store);
    const rows = await fetch(`${collector.url}/api/sql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sql: "select count(*) as logs from logs" }),
    });
    expect(((await rows.json()) as { rows: { logs: number }[] }).rows).toEqual([{ logs: 1 }]);
  });

  test("a front that dies takes its store with it", async () => {
    collector = await startCollector({ dataFolder: join(folder, "data") });
    const store = childOf(collector.pid);

    await collector.kill("SIGKILL");
    await sleep(500);

    expect(isRunning(store)).toBe(false);
  });

  test("a stop in peace loads what was acknowledged and ends with 0", async () => {
    const started = await startCollector({ dataFolder: join(folder, "data") });
    await started.kill("SIGTERM");

    expect(started.output()).not.toContain("error");
    expect(isRunning(started.pid)).toBe(false);
  });
});

/** The store's process id: the only child of the front. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}

/** A process that has ended but was not waited for yet counts as ended. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
