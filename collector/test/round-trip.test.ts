/** What senders send comes back equal from the tables of a real collector, as JSON and as protobuf. */
import { readFileSync } from "node:fs";
import { startCollector, type CollectorProcess } from "@phasewise/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decode } from "../src/decode/decode.ts";
import type { Encoding, Signal } from "../src/decode/otlp.ts";
import { encodeProtobuf } from "../src/decode/test-support/proto.ts";
import { fullLogs, fullMetrics, fullTraces, genAiTraces } from "../src/decode/test-support/requests.ts";
import { exporterPayloads } from "./support/exporter-payloads.ts";
import { type PlainTelemetry, plainRequest, readPlain } from "./support/otlp-rows.ts";
import { readReport } from "./support/reports.ts";

const PATHS: Readonly<Record<Signal, string>> = { traces: "/v1/traces", logs: "/v1/logs", metrics: "/v1/metrics" };
const TYPES: Readonly<Record<Encoding, string>> = { json: "application/json", protobuf: "application/x-protobuf" };

let collector: CollectorProcess;

beforeAll(async () => {
  collector = await startCollector();
});
afterAll(async () => {
  await collector.stop();
});

function fixture(name: string): object {
  return JSON.parse(readFileSync(new URL(`../src/decode/fixtures/${name}.json`, import.meta.url), "utf8")) as object;
}

/** In the way of the examples of the OTLP specification: upper-case ids, 64-bit integers as JSON numbers. */
function exampleTraces(): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "example" } }] },
        scopeSpans: [
          {
            scope: { name: "library", version: "1.0.0", attributes: [{ key: "a", value: { stringValue: "b" } }] },
            spans: [
              {
                traceId: "5B8EFFF798038103D269B633813FC60D",
                spanId: "EEE19B7EC3C1B17A",
                parentSpanId: "EEE19B7EC3C1B17B",
                name: "It's a server's span",
                startTimeUnixNano: 1544712660000000000,
                endTimeUnixNano: 1544712661000000000,
                kind: 2,
                attributes: [{ key: "n", value: { intValue: 10 } }],
              },
            ],
          },
        ],
      },
    ],
  };
}

const REQUESTS: readonly (readonly [title: string, signal: Signal, request: object])[] = [
  ["every field of a trace", "traces", fullTraces],
  ["every field of a log", "logs", fullLogs],
  ["every field of a metric", "metrics", fullMetrics],
  ["the way the specification's examples are written", "traces", exampleTraces()],
  ["twenty GenAI spans", "traces", genAiTraces(20)],
  ["Claude Code's spans", "traces", fixture("claude-code-traces")],
  ["Claude Code's events", "logs", fixture("claude-code-logs")],
  ["Claude Code's metrics", "metrics", fixture("claude-code-metrics")],
];

async function post(signal: Signal, encoding: Encoding, body: Uint8Array): Promise<void> {
  const answer = await fetch(collector.otlpUrl + PATHS[signal], {
    method: "POST",
    headers: { "content-type": TYPES[encoding] },
    body: new Uint8Array(body),
  });
  expect(answer.status).toBe(200);
}

async function readAll(): Promise<PlainTelemetry> {
  await collector.ready();
  return await readPlain(async (sql) => {
    const rows = await readReport(collector.url, "sql", sql);
    return rows.map((row) => String(Object.values(row)[0]));
  });
}

const LISTS: Readonly<Record<Signal, keyof PlainTelemetry>> = { traces: "spans", logs: "logs", metrics: "points" };

/** Sends it and looks for exactly its items: those of other tests are there too. */
async function expectBack(signal: Signal, encoding: Encoding, body: Uint8Array): Promise<number> {
  const list = LISTS[signal];
  const expected = plainRequest(decode(signal, encoding, body))[list];
  expect(expected.length).toBeGreaterThan(0);
  const before = new Set((await readAll())[list].map((item) => JSON.stringify(item)));
  await post(signal, encoding, body);
  const after = (await readAll())[list];
  for (const item of expected) {
    // The nearest one, so that a difference can be read.
    const found = after.find((other) => JSON.stringify(other) === JSON.stringify(item));
    expect(found ?? after.find((other) => !before.has(JSON.stringify(other)))).toStrictEqual(item);
  }
  return expected.length;
}

describe.each(REQUESTS)("%s", (_, signal, request) => {
  test("sent as JSON comes back equal", async () => {
    expect(await expectBack(signal, "json", Buffer.from(JSON.stringify(request)))).toBeGreaterThan(0);
  });

  test("sent again as protobuf comes back equal, and adds nothing", async () => {
    const before = await readAll();
    await expectBack(signal, "protobuf", encodeProtobuf(signal, request));
    expect(await readAll()).toStrictEqual(before);
  });
});

test.each(await exporterPayloads())(
  "what OpenTelemetry JS sends of %s (%s) comes back equal",
  async (signal, encoding, body) => {
    expect(await expectBack(signal, encoding, body)).toBeGreaterThan(0);
  },
);
