/** Bad bodies get the status and the `google.rpc.Status` of OTLP, leave nothing half stored, and harm nobody. */
import { gzipSync } from "node:zlib";
import { startCollector, tracesPayload, type CollectorProcess } from "@phasewise/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readReport } from "./support/reports.ts";

let collector: CollectorProcess;

beforeAll(async () => {
  collector = await startCollector({ environment: { PHASEWISE_MAX_BODY_BYTES: "100000" } });
});
afterAll(async () => {
  await collector.stop();
});

const GOOD = JSON.stringify(tracesPayload({}, [{ trace: 7, id: 1, name: "canary", startUnixMs: 1_795_000_000_000 }]));
const JSON_TYPE = { "content-type": "application/json" };
const PROTOBUF_TYPE = { "content-type": "application/x-protobuf" };

async function post(headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer>): Promise<Response> {
  return await fetch(`${collector.otlpUrl}/v1/traces`, { method: "POST", headers, body });
}

test.each([
  ["a truncated protobuf message", PROTOBUF_TYPE, new Uint8Array([0x0a, 0x20, 0x01, 0x02]), 400],
  ["JSON that breaks off", JSON_TYPE, GOOD.slice(0, -20), 400],
  ["a protobuf type around JSON", PROTOBUF_TYPE, GOOD, 400],
  ["a type that is not OTLP", { "content-type": "text/plain" }, GOOD, 415],
  ["no type at all", { "content-type": "" }, GOOD, 415],
  ["an unknown encoding", { ...JSON_TYPE, "content-encoding": "br" }, GOOD, 415],
  ["a body over the limit", JSON_TYPE, GOOD + " ".repeat(100_000), 413],
  [
    "a body over the limit after decompression",
    { ...JSON_TYPE, "content-encoding": "gzip" },
    new Uint8Array(gzipSync(GOOD + " ".repeat(1_000_000))),
    413,
  ],
  [
    "gzip that breaks off",
    { ...JSON_TYPE, "content-encoding": "gzip" },
    new Uint8Array(gzipSync(GOOD).subarray(0, 40)),
    400,
  ],
] as const)("%s", async (_title, headers, body, status) => {
  const response = await post(headers, body);
  const bytes = new Uint8Array(await response.arrayBuffer());

  expect(response.status).toBe(status);
  if (response.headers.get("content-type")?.startsWith("application/json") === true) {
    const parsed = JSON.parse(new TextDecoder().decode(bytes)) as { code: number; message: string };
    expect(parsed.code).toBeGreaterThan(0);
    expect(parsed.message.length).toBeGreaterThan(10);
  } else {
    expect(response.headers.get("content-type")).toBe("application/x-protobuf");
    expect(bytes.byteLength).toBeGreaterThan(10);
  }
});

test("after all of that the process is alive, a good request is taken, and nothing else is stored", async () => {
  const response = await post(JSON_TYPE, GOOD);
  await collector.ready();

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({});
  expect(await readReport(collector.url, "sql", "select name from spans")).toEqual([{ name: "canary" }]);
  expect(await readReport(collector.url, "sql", "select count(*) as n from logs")).toEqual([{ n: 0 }]);
});

test("a span without a usable id is refused alone, and the sender is told how many and why", async () => {
  const payload = tracesPayload({}, [
    { trace: 8, id: 1, name: "kept", startUnixMs: 1_795_000_000_000 },
    { trace: 8, id: "0000000000000000", name: "refused", startUnixMs: 1_795_000_000_000 },
  ]);

  const response = await post(JSON_TYPE, JSON.stringify(payload));
  const answer = (await response.json()) as { partialSuccess: { rejectedSpans: string; errorMessage: string } };
  await collector.ready();

  expect(response.status).toBe(200);
  expect(Number(answer.partialSuccess.rejectedSpans)).toBe(1);
  expect(answer.partialSuccess.errorMessage).toContain("spanId: expected 16 hex digits");
  expect(await readReport(collector.url, "sql", "select name from spans where trace_id like '%8'")).toEqual([
    { name: "kept" },
  ]);
});
