/** Nothing acknowledged is lost when the collector is killed, and nothing counts twice when senders try again. */
import { setTimeout as sleep } from "node:timers/promises";
import { startCollector, tracesPayload, type CollectorProcess } from "@phasewise/testing";
import { afterEach, expect, test } from "vitest";
import { readReport } from "./support/reports.ts";

let collector: CollectorProcess | undefined;

afterEach(async () => {
  await collector?.stop();
});

const SPANS = 20;
const ROUNDS = 4;

test("every acknowledged span is there after kill -9 of the collector, exactly once, also when it is sent again", async () => {
  collector = await startCollector();
  const ports = { otlpHttpPort: collector.otlpHttpPort, webPort: collector.webPort };
  const { dataFolder } = collector;
  const acknowledged = new Set<number>();
  let next = 0;

  for (let round = 0; round < ROUNDS; round++) {
    const { otlpUrl } = collector;
    const sender = sendUntilRefused(otlpUrl, () => next++, acknowledged);
    await sleep(150 + round * 170);
    await collector.kill("SIGKILL");
    await sender;
    collector = await startCollector({ ...ports, dataFolder });
  }
  for (const batch of [...acknowledged].slice(-5)) expect(await send(collector.otlpUrl, batch)).toBe(true);
  await collector.ready();

  const rows = await readReport(
    collector.url,
    "sql",
    "select count(*) as spans, count(distinct trace_id || span_id) as different from spans",
  );
  const traces = await readReport(collector.url, "sql", "select trace_id, count(*) as spans from spans group by all");

  const stored = new Map(traces.map((row) => [row["trace_id"], Number(row["spans"])]));
  const missing = [...acknowledged].filter((batch) => stored.get(traceId(batch)) !== SPANS);
  expect(acknowledged.size).toBeGreaterThan(20);
  expect(missing).toEqual([]);
  expect(rows[0]?.["spans"]).toBe(rows[0]?.["different"]);
}, 60_000);

async function sendUntilRefused(url: string, take: () => number, acknowledged: Set<number>): Promise<void> {
  for (;;) {
    const batch = take();
    if (!(await send(url, batch))) return;
    acknowledged.add(batch);
  }
}

/** True when the batch was acknowledged. A connection that breaks is not an acknowledgement. */
async function send(url: string, batch: number): Promise<boolean> {
  const spans = Array.from({ length: SPANS }, (_, index) => ({
    trace: batch + 1,
    id: index + 1,
    name: `step ${index}`,
    startUnixMs: 1_795_000_000_000 + batch * 1000,
    durationMs: 5,
  }));
  try {
    const response = await fetch(`${url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(tracesPayload({ resource: { "service.name": "crash-test" } }, spans)),
    });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

function traceId(batch: number): string {
  return (batch + 1).toString(16).padStart(32, "0");
}
