import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isPhasewiseError } from "../errors.ts";
import { decode } from "./decode.ts";
import type { DecodedRequest, Signal } from "./otlp.ts";
import { oracleItems } from "./test-support/oracle.ts";
import { encodeProtobuf } from "./test-support/proto.ts";
import { fullLogs, fullMetrics, fullTraces, genAiTraces } from "./test-support/requests.ts";

const SIGNALS = ["traces", "logs", "metrics"] as const;
const full: Readonly<Record<Signal, object>> = { traces: fullTraces, logs: fullLogs, metrics: fullMetrics };

function capture(signal: Signal): Buffer {
  return readFileSync(new URL(`./fixtures/claude-code-${signal}.json`, import.meta.url));
}

function items(request: DecodedRequest): (readonly [object, object, object])[] {
  const envelopes: DecodedRequest["envelopes"][number][] = [...request.envelopes];
  return envelopes.flatMap(({ resource, scope, items }) => items.map((item) => [resource, scope, item] as const));
}

function json(signal: Signal, request: object): DecodedRequest {
  return decode(signal, "json", Buffer.from(JSON.stringify(request)));
}

describe.each(SIGNALS)("%s", (signal) => {
  test("protobuf with every field decodes to what the oracle sees", () => {
    const body = encodeProtobuf(signal, full[signal]);
    const expected = oracleItems(signal, body);
    expect(expected.length).toBeGreaterThan(1);
    expect(items(decode(signal, "protobuf", body))).toStrictEqual(expected);
  });

  test("JSON and protobuf of the same request decode equal", () => {
    const body = encodeProtobuf(signal, full[signal]);
    expect(json(signal, full[signal])).toStrictEqual(decode(signal, "protobuf", body));
  });

  test("a captured body of Claude Code decodes whole, and equal from protobuf", () => {
    const decoded = decode(signal, "json", capture(signal));
    expect(decoded.rejected).toBe(0);
    expect(decoded.accepted).toBeGreaterThan(5);
    const body = encodeProtobuf(signal, JSON.parse(capture(signal).toString()) as object);
    expect(decode(signal, "protobuf", body)).toStrictEqual(decoded);
    expect(items(decoded)).toStrictEqual(oracleItems(signal, body));
  });

  test("a body cut at any offset is refused, or is the message that the oracle sees", () => {
    const body = encodeProtobuf(signal, full[signal]);
    let decoded = 0;
    for (let length = 0; length < body.length; length++) {
      if (compareWithOracle(signal, body.subarray(0, length))) decoded++;
    }
    // Only the empty prefix is a whole message: everything is inside one envelope.
    expect(decoded).toBe(1);
  });

  test("2,000 seeded bit and byte flips are refused, or are what the oracle sees", () => {
    const body = encodeProtobuf(signal, full[signal]);
    const random = seeded(20_260_721);
    let decoded = 0;
    for (let round = 0; round < 2000; round++) {
      const flipped = new Uint8Array(body);
      for (let flips = 1 + (random() % 3); flips > 0; flips--) {
        const at = random() % flipped.length;
        flipped[at] = random() % 2 === 0 ? (flipped[at] ?? 0) ^ (1 << (random() % 8)) : random() % 256;
      }
      if (compareWithOracle(signal, flipped)) decoded++;
    }
    expect(decoded).toBeGreaterThan(500);
  });

  test("truncated JSON is refused at every offset, with a position", () => {
    const text = JSON.stringify(full[signal]);
    for (let length = 1; length < text.length; length += 7) {
      expect(codeOf(() => decode(signal, "json", Buffer.from(text.slice(0, length))))).toBe("BODY_UNDECODABLE");
    }
    expect(() => decode(signal, "json", Buffer.from('{"a": [1, 2,]}'))).toThrow(
      "character 12: the body is not JSON: expected a value",
    );
  });

  test("an empty body is an empty request in both encodings", () => {
    for (const encoding of ["json", "protobuf"] as const) {
      const nothing = { signal, envelopes: [], accepted: 0, rejected: 0, reasons: [] };
      expect(decode(signal, encoding, new Uint8Array())).toStrictEqual(nothing);
    }
  });

  test("the body of another signal is refused or gives no item", () => {
    for (const other of SIGNALS.filter((name) => name !== signal)) {
      const body = encodeProtobuf(other, full[other]);
      const code = codeOf(() => expect(decode(signal, "protobuf", body).accepted).toBe(0));
      expect(["BODY_UNDECODABLE", undefined]).toContain(code);
      expect(json(signal, full[other]).accepted).toBe(0);
    }
  });
});

test("512 GenAI-like spans decode to what the oracle sees", () => {
  const body = encodeProtobuf("traces", genAiTraces(512));
  expect(items(decode("traces", "protobuf", body))).toStrictEqual(oracleItems("traces", body));
});

/** Whether the body was decoded; a difference to the oracle fails the test. */
function compareWithOracle(signal: Signal, body: Uint8Array): boolean {
  let request: DecodedRequest;
  try {
    request = decode(signal, "protobuf", body);
  } catch (error) {
    if (isPhasewiseError(error) && error.code === "BODY_UNDECODABLE") return false;
    throw error;
  }
  const seen = items(request);
  const expected = oracleItems(signal, body).map((item) => judged(signal, item));
  expect(seen).toStrictEqual(expected.filter((item) => item !== undefined));
  return true;
}

type Located = readonly [object, object, object];

/** What the rules on ids make of an item, written independently of the decoder. */
function judged(signal: Signal, [resource, scope, item]: Located): Located | undefined {
  const isId = (id: unknown, digits: number): boolean =>
    typeof id === "string" && id.length === digits && !/^0+$/.test(id);
  const raw = item as Record<string, unknown>;
  const without = (object: Record<string, unknown>): Record<string, unknown> => ({
    ...object,
    traceId: isId(object["traceId"], 32) ? object["traceId"] : "",
    spanId: isId(object["spanId"], 16) ? object["spanId"] : "",
  });
  if (signal === "traces") {
    if (!isId(raw["traceId"], 32) || !isId(raw["spanId"], 16)) return undefined;
    const all = raw["links"] as Record<string, unknown>[];
    const links = all.filter((link) => isId(link["traceId"], 32) && isId(link["spanId"], 16));
    const parent = raw["parentSpanId"];
    const parentSpanId = isId(parent, 16) && parent !== raw["spanId"] ? parent : "";
    const droppedLinksCount = Math.min((raw["droppedLinksCount"] as number) + all.length - links.length, 0xffff_ffff);
    return [resource, scope, { ...raw, parentSpanId, links, droppedLinksCount }];
  }
  if (signal === "logs") return [resource, scope, without(raw)];
  if (raw["type"] === "none") return undefined;
  const points = (raw["points"] as Record<string, unknown>[]).map((point) => {
    const exemplars = point["exemplars"] as Record<string, unknown>[] | undefined;
    return Object.assign({}, point, exemplars && { exemplars: exemplars.map(without) });
  });
  return [resource, scope, { ...raw, points }];
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (isPhasewiseError(error)) return error.code;
    throw error;
  }
}

/** Numbers from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
