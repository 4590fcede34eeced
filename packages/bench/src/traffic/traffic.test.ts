import { describe, expect, test } from "vitest";
import { decode } from "../../../../collector/src/decode/decode.ts";
import { createTraffic, expectedOf, expectedOfBodies, PLAIN_TRAFFIC, type Traffic } from "./traffic.ts";
import { hexOf, type Sending, wordOf } from "./template.ts";
import { settleBodies } from "../floors/settle-bodies.ts";

const BEGIN_MS = 1_795_000_000_000;
const SMALL = { ...PLAIN_TRAFFIC, spansPerCycle: 700, spansPerRequest: 128, mix: true, content: 0.1 };

function sending(cycle: number): Sending {
  return { word: wordOf(7, 3, cycle), beginUnixNano: BigInt(BEGIN_MS) * 1_000_000n };
}

function bodiesOf(traffic: Traffic, cycle: number): readonly Buffer[] {
  return traffic.bodies.map((body) => {
    const target = Buffer.alloc(body.template.bytes);
    body.template.write(sending(cycle), target);
    return target;
  });
}

describe("traffic", () => {
  test("the same seed gives the same bytes, another seed gives others", () => {
    const [one, other] = [createTraffic(SMALL), createTraffic(SMALL)];
    expect(bodiesOf(one, 5)).toEqual(bodiesOf(other, 5));
    expect(bodiesOf(createTraffic({ ...SMALL, seed: 2 }), 5)).not.toEqual(bodiesOf(one, 5));
  });

  test.each(["protobuf", "json"] as const)(
    "the collector decodes every item of a %s body and refuses none",
    (encoding) => {
      const traffic = createTraffic({ ...SMALL, encoding });
      for (const [index, bytes] of bodiesOf(traffic, 1).entries()) {
        const body = traffic.bodies[index];
        const request = decode(body?.signal ?? "traces", encoding, bytes);
        expect({ accepted: request.accepted, rejected: request.rejected, reasons: request.reasons }).toEqual({
          accepted: body?.items,
          rejected: 0,
          reasons: [],
        });
      }
    },
  );

  test("protobuf and JSON bodies of one sending say the same", () => {
    const [protobuf, json] = (["protobuf", "json"] as const).map((encoding) => {
      const traffic = createTraffic({ ...SMALL, encoding });
      return bodiesOf(traffic, 2).map((bytes, index) => {
        const { envelopes } = decode(traffic.bodies[index]?.signal ?? "traces", encoding, bytes);
        return envelopes.map(({ items }) => items.map((item) => ({ ...item, flags: 0 })));
      });
    });
    expect(protobuf).toEqual(json);
  });

  test("every span of many cycles has ids that no other has, and a parent that is in its trace", () => {
    const traffic = createTraffic(SMALL);
    const ids = new Set<string>();
    let spans = 0;
    for (const cycle of [0, 1, 2, 3]) {
      const inCycle = new Set<string>();
      const parents: string[] = [];
      for (const [index, bytes] of bodiesOf(traffic, cycle).entries()) {
        if (traffic.bodies[index]?.signal !== "traces") continue;
        const request = decode("traces", "protobuf", bytes);
        if (request.signal !== "traces") continue;
        for (const span of request.envelopes.flatMap((envelope) => envelope.items)) {
          spans++;
          expect(span.traceId.startsWith(hexOf(sending(cycle).word))).toBe(true);
          inCycle.add(`${span.traceId}/${span.spanId}`);
          ids.add(span.spanId);
          if (span.parentSpanId !== "") parents.push(`${span.traceId}/${span.parentSpanId}`);
        }
      }
      expect(parents.filter((parent) => !inCycle.has(parent))).toEqual([]);
    }
    expect(ids.size).toBe(spans);
  });

  test("what the collector settles is what the ledger expects, of a whole cycle and of any first part", () => {
    const traffic = createTraffic(SMALL);
    const bytes = bodiesOf(traffic, 4);
    for (const count of [1, Math.ceil(bytes.length / 2), bytes.length]) {
      const found = settleBodies(
        traffic.bodies.slice(0, count).map(({ signal }, index) => ({ signal, bytes: bytes[index] ?? Buffer.alloc(0) })),
      );
      expect(found).toEqual(expectedOfBodies(traffic, traffic.bodies.slice(0, count), BEGIN_MS));
    }
  });

  test("the ledger of many senders is the sum of whole cycles and of what was begun", () => {
    const traffic = createTraffic(SMALL);
    const cycle = traffic.bodies.length;
    const once = expectedOf(traffic, new Map([[0, cycle]]), BEGIN_MS);
    const first = expectedOf(traffic, new Map([[0, 1]]), BEGIN_MS);
    const all = expectedOf(
      traffic,
      new Map([
        [0, 2 * cycle + 1],
        [1, cycle],
      ]),
      BEGIN_MS,
    );
    expect(all.spans).toBe(3 * once.spans + first.spans);
    expect(all.costPicoUsd).toBe(3n * once.costPicoUsd + first.costPicoUsd);
    expect(once.calls).toBe(traffic.story.calls.length);
  });

  test("a span is as large as those of agents are: about 25 attributes and 1.1 kB", () => {
    const traffic = createTraffic(PLAIN_TRAFFIC);
    const { spans } = traffic.story;
    const attributes = spans.reduce((sum, span) => sum + span.attributes.length, 0) / spans.length;
    const bytes = traffic.bodies.reduce((sum, body) => sum + body.template.bytes, 0) / spans.length;
    expect(attributes).toBeGreaterThan(22);
    expect(attributes).toBeLessThan(28);
    expect(bytes).toBeGreaterThan(950);
    expect(bytes).toBeLessThan(1250);
  });
});
