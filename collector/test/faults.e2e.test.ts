/** What must not end the collecting: bodies that kill, queries that hang, files that vanish, processes that die. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { logsPayload, startCollector, type CollectorProcess } from "@phasewise/testing";
import { afterEach, expect, test } from "vitest";
import { readReport } from "./support/reports.ts";

let collector: CollectorProcess | undefined;
afterEach(async () => {
  await collector?.stop();
  collector = undefined;
});

async function sendLog(to: CollectorProcess, body: string): Promise<number> {
  const response = await fetch(`${to.otlpUrl}/v1/logs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(logsPayload({}, [{ atUnixMs: 1_795_000_000_000, body }])),
  });
  await response.arrayBuffer();
  return response.status;
}

test("a small body of millions of empty records is refused, and the store goes on", async () => {
  collector = await startCollector();
  const inner = Buffer.alloc(2 * 1_500_000, Buffer.from([0x12, 0x00]));
  const wrap = (field: number, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([field, ...varint(bytes.length)]), bytes]);

  const response = await fetch(`${collector.otlpUrl}/v1/logs`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
    body: new Uint8Array(gzipSync(wrap(0x0a, wrap(0x12, inner)))),
  });
  await response.arrayBuffer();

  expect(response.status).toBe(413);
  expect(await sendLog(collector, "after")).toBe(200);
  await collector.ready();
  expect(await readReport(collector.url, "sql", "select body_text from logs")).toEqual([{ body_text: "after" }]);
});

test("a query that the engine cannot interrupt does not outlive its collector, and the next one starts at once", async () => {
  collector = await startCollector();
  const { dataFolder } = collector;
  const store = childOf(collector.pid);
  const endless = "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t";
  const asked = readReport(collector.url, "sql", endless).catch(() => undefined);
  await sleep(1_000);

  await collector.kill("SIGKILL");
  await asked;
  await sleep(500);

  expect(isRunning(store)).toBe(false);
  collector = await startCollector({ dataFolder });
  expect(await sendLog(collector, "after")).toBe(200);
});

test("a journal folder that somebody removes ends no acknowledgement in nowhere", async () => {
  collector = await startCollector();
  expect(await sendLog(collector, "before")).toBe(200);
  await collector.ready();

  rmSync(join(collector.dataFolder, "journal"), { recursive: true });
  const statuses = [];
  for (let index = 0; index < 5; index++) statuses.push(await sendLog(collector, `after ${index}`));
  await collector.ready();

  const stored = await readReport(collector.url, "sql", "select body_text from logs order by 1");
  const acknowledged = statuses.flatMap((status, index) => (status === 200 ? [`after ${index}`] : []));
  expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(stored.map((row) => row["body_text"])).toEqual([...acknowledged, "before"]);
});

test("a store that cannot start again is tried on while telemetry is taken", async () => {
  collector = await startCollector();
  const { webPort } = collector;
  process.kill(childOf(collector.pid), "SIGKILL");
  const squatter = createServer();
  await listenWhenFree(squatter, webPort);

  await sleep(1_500);
  const status = await sendLog(collector, "meanwhile");
  await new Promise<void>((done) => squatter.close(() => done()));
  await collector.ready(20_000);

  expect(status).toBe(200);
  expect(await readReport(collector.url, "sql", "select body_text from logs")).toEqual([{ body_text: "meanwhile" }]);
}, 60_000);

test("a store that takes too much memory is ended and comes back, and nothing that was acknowledged is lost", async () => {
  collector = await startCollector({ environment: { PHASEWISE_STORE_MEMORY_MAX: String(500 * 1024 * 1024) } });
  expect(await sendLog(collector, "before")).toBe(200);
  await collector.ready();
  const store = childOf(collector.pid);

  const greedy = readReport(collector.url, "sql", "select len(list(i)) as n from range(250000000) as t(i)");
  await expect(greedy).rejects.toThrow(/sql|fetch failed|terminated/);
  expect(await sendLog(collector, "during")).toBe(200);
  await collector.ready(20_000);

  const rows = await readReport(collector.url, "sql", "select body_text from logs order by 1");
  expect(rows).toEqual([{ body_text: "before" }, { body_text: "during" }]);
  expect(childOf(collector.pid)).not.toBe(store);
  expect(collector.output()).toContain("the store uses more memory than it may");
}, 60_000);

test("nothing of what was loaded stays in quarantine", async () => {
  collector = await startCollector();
  for (let index = 0; index < 20; index++) await sendLog(collector, String(index));
  await collector.ready();

  expect(readdirSync(collector.dataFolder)).not.toContain("quarantine");
});

async function listenWhenFree(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const listening = await new Promise<boolean>((done) => {
      server.once("error", () => done(false));
      server.listen(port, "127.0.0.1", () => done(true));
    });
    if (listening) return;
    await sleep(1);
  }
  throw new Error(`port ${port} did not become free`);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}

/** The store's process id: the only child of the front. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
