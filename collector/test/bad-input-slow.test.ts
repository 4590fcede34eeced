/** Connections that do nothing, and clients that send a byte a second, cost a healthy sender nothing. */
import { startCollector, tracesPayload, type CollectorProcess } from "@phasewise/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRaw, postFrom, postHead, type RawConnection } from "./support/raw-http.ts";

const TIMEOUT_MS = 3000;
let collector: CollectorProcess;

beforeAll(async () => {
  collector = await startCollector({ environment: { PHASEWISE_BODY_TIMEOUT_MS: String(TIMEOUT_MS) } });
});
afterAll(async () => {
  await collector.stop();
});

const BODY = JSON.stringify(tracesPayload({}, [{ trace: 1, id: 1, name: "healthy", startUnixMs: 1_795_000_000_000 }]));

/** The median time of some requests, one after the other, each of which must be taken. */
async function medianMs(count: number): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const { status, ms } = await postFrom(
      `${collector.otlpUrl}/v1/traces`,
      { "content-type": "application/json" },
      BODY,
    );
    expect(status).toBe(200);
    times.push(ms);
  }
  return times.sort((a, b) => a - b)[count >> 1] ?? 0;
}

/** A sample of `/metrics`; NaN when there is none. */
async function metric(sample: string): Promise<number> {
  const text = await (await fetch(`${collector.url}/metrics`)).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`phasewise_${sample} `));
  return Number(line?.split(" ").at(-1));
}

async function openMany(count: number, first: string): Promise<readonly RawConnection[]> {
  const connections: RawConnection[] = [];
  for (let index = 0; index < count; index++) {
    const connection = await openRaw(collector.otlpHttpPort);
    if (first !== "") connection.socket.write(first);
    connections.push(connection);
  }
  return connections;
}

test("500 idle and 300 slow connections: a healthy sender is served as before, and the slow ones are cut off in time", async () => {
  await medianMs(20);
  const alone = await medianMs(30);

  const idle = await openMany(500, "");
  const groups = {
    headers: { connections: await openMany(100, "POST /v1/traces HTTP/1.1\r\nHost: loc"), next: "a" },
    body: { connections: await openMany(100, postHead("Content-Length: 60000000")), next: "{" },
    chunks: { connections: await openMany(50, postHead("Transfer-Encoding: chunked")), next: "1\r\n{\r\n" },
    gzip: {
      connections: await openMany(50, postHead("Content-Encoding: gzip\r\nContent-Length: 50000")),
      next: "\u001f",
    },
  };
  const slow = Object.values(groups);
  const drip = setInterval(() => {
    for (const { connections, next } of slow) {
      for (const { socket } of connections) if (socket.writable) socket.write(next, "latin1");
    }
  }, 1000);
  const beside = await medianMs(100);
  // Wide, because other tests run beside this one: what is looked for is a sender that waits for the slow ones.
  expect(beside).toBeLessThan(3 * alone + 100);

  const closed = await Promise.all(
    slow.flatMap(({ connections }) => connections.map((connection) => connection.closed)),
  );
  clearInterval(drip);
  expect(Math.max(...closed)).toBeLessThan(TIMEOUT_MS + 5000);
  for (const [name, { connections }] of Object.entries(groups)) {
    const answers = new Set(connections.map((connection) => connection.received().slice(0, 12)));
    expect([name, ...answers]).toStrictEqual([name, "HTTP/1.1 408"]);
  }
  await medianMs(10);
  for (const { socket } of idle) socket.destroy();

  // 300 slow ones, and the 500 that never began a request.
  expect(await metric('requests_refused_total{process="front",reason="BODY_TOO_SLOW"}')).toBe(800);
  await expect.poll(() => metric('in_flight_bytes{process="front"}')).toBe(0);
}, 60_000);

test("500 connections that are cut off in the middle of a body leave nothing behind", async () => {
  for (const { socket } of await openMany(500, `${postHead("Content-Length: 1000")}{"resourceSpans":[`))
    socket.destroy();
  await medianMs(10);
  await expect.poll(() => metric('in_flight_bytes{process="front"}'), { timeout: TIMEOUT_MS + 5000 }).toBe(0);
  expect(await metric('requests_refused_total{process="front",reason="CUT_OFF"}')).toBeGreaterThan(400);
}, 60_000);
