import { ProtobufTraceSerializer, JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { describe, expect, test } from "vitest";
import { decode } from "./decode.ts";
import type { AnyValue, DecodedRequest, Span } from "./otlp.ts";
import { decodeProtobuf } from "./protobuf.ts";

/** One field with its length, as protobuf writes it. */
function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}

const ids = Buffer.concat([field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 2))]);

function request(...spanParts: readonly Uint8Array[]): Buffer {
  return field(1, field(2, field(2, Buffer.concat([ids, ...spanParts]))));
}

function firstSpan(request: DecodedRequest): Span {
  const item = request.envelopes[0]?.items[0];
  if (item === undefined) throw new Error("no span was taken");
  return item as Span;
}

function span(...spanParts: readonly Uint8Array[]): Span {
  return firstSpan(decodeProtobuf("traces", request(...spanParts)));
}

function attribute(key: string, ...values: readonly Uint8Array[]): Buffer {
  return field(9, Buffer.concat([field(1, key), ...values.map((value) => field(2, value))]));
}

describe("a body that is broken is refused with the byte", () => {
  test.each<[string, Uint8Array, string]>([
    [
      "a wrong wire type for a known field",
      request(Buffer.from([(5 << 3) | 0, 1])),
      "expected another wire type for field 5, got 0",
    ],
    ["field number 0", request(Buffer.from([2, 0])), "expected a field number from 1"],
    [
      "a number of 11 bytes",
      request(Buffer.from([6 << 3, ...Array.from({ length: 10 }, () => 0x80), 1])),
      "at most 10 bytes",
    ],
    ["a length beyond the message", request(Buffer.from([(5 << 3) | 2, 100])), "got a length of 100"],
    ["a length of 2^31", request(Buffer.from([(5 << 3) | 2, 0x80, 0x80, 0x80, 0x80, 8])), "got a length of 2147483648"],
    [
      "a length of 2^32+1",
      request(Buffer.from([(5 << 3) | 2, 0x81, 0x80, 0x80, 0x80, 0x10, 1])),
      "got a length of 4294967297",
    ],
    [
      "a group that ends without beginning",
      request(Buffer.from([(20 << 3) | 4, 1])),
      "expected a wire type from 0 to 5",
    ],
    ["wire type 7", request(Buffer.from([(5 << 3) | 7])), "expected another wire type"],
    ["a group that does not end", request(Buffer.from([...varint((20 << 3) | 3)])), "the message ends"],
    ["a fixed64 cut off", request(Buffer.from([(7 << 3) | 1, 1, 2])), "expected 8 more bytes in the message, got 2"],
    [
      "a packed scalar where none is allowed",
      request(Buffer.from([(6 << 3) | 2, 1, 3])),
      "expected another wire type for field 6",
    ],
  ])("%s", (_, body, reason) => {
    expect(() => decodeProtobuf("traces", body)).toThrow(
      expect.objectContaining({
        code: "BODY_UNDECODABLE",
        message: expect.stringMatching(/^byte \d+: /) as string,
      }) as Error,
    );
    expect(() => decodeProtobuf("traces", body)).toThrow(reason);
  });
});

test("unknown fields of every wire type are skipped, groups within groups too", () => {
  const group = [
    ...varint((40 << 3) | 3),
    ...varint((41 << 3) | 3),
    8,
    1,
    ...varint((41 << 3) | 4),
    ...varint((40 << 3) | 4),
  ];
  const unknown = [
    Buffer.from([...varint(50 << 3), 5]),
    Buffer.from([...varint((51 << 3) | 1), 1, 2, 3, 4, 5, 6, 7, 8]),
    field(52, "text"),
    Buffer.from([...varint((53 << 3) | 5), 1, 2, 3, 4]),
    Buffer.from(group),
  ];
  expect(span(...unknown, field(5, "after"))).toStrictEqual(span(field(5, "after")));
});

test("65 groups within each other are refused, 64 are skipped", () => {
  const groups = (levels: number): Buffer =>
    Buffer.from(
      [
        ...Array.from({ length: levels }, () => varint((40 << 3) | 3)),
        ...Array.from({ length: levels }, () => varint((40 << 3) | 4)),
      ].flat(),
    );
  expect(span(groups(64), field(5, "n")).name).toBe("n");
  expect(() => span(groups(65))).toThrow("groups nest more than 64 levels");
});

test("64 levels of arrays or lists are read, 65 and 100,000 are refused", () => {
  const nest = (levels: number, wrap: (inner: Buffer) => Buffer): Buffer => {
    let inner: Buffer = Buffer.from([3 << 3, 1]);
    for (let level = 0; level < levels; level++) inner = wrap(inner);
    return attribute("k", inner);
  };
  const array = (inner: Buffer): Buffer => field(5, field(1, inner));
  const list = (inner: Buffer): Buffer => field(6, field(1, Buffer.concat([field(1, "k"), field(2, inner)])));
  for (const wrap of [array, list]) {
    expect(span(nest(64, wrap)).attributes.get("k")).toBeDefined();
    expect(() => span(nest(65, wrap))).toThrow("more than 64 levels");
    expect(() => span(nest(3000, wrap))).toThrow("more than 64 levels");
  }
});

test("of a scalar that comes twice the last counts; a message that comes twice is merged", () => {
  expect(span(field(5, "first"), field(5, "last")).name).toBe("last");
  const status = span(field(15, field(2, "why")), field(15, Buffer.from([3 << 3, 2])));
  expect([status.statusMessage, status.statusCode]).toStrictEqual(["why", 2]);
  const one = field(5, field(1, Buffer.from([3 << 3, 1])));
  const two = field(5, field(1, Buffer.from([3 << 3, 2])));
  expect(span(attribute("k", one, two)).attributes.get("k")).toStrictEqual([1n, 2n]);
  expect(span(attribute("k", one, field(1, "text"))).attributes.get("k")).toBe("text");
  const resource = (key: string): Buffer => field(1, field(1, Buffer.concat([field(1, key), field(2, field(1, key))])));
  const split = field(1, Buffer.concat([resource("a"), field(2, field(2, ids)), resource("b")]));
  expect([...(decodeProtobuf("traces", split).envelopes[0]?.resource.attributes.keys() ?? [])]).toStrictEqual([
    "a",
    "b",
  ]);
});

test.each<[string, number[], string]>([
  ["a lone continuation", [0x61, 0x80, 0x62], "a\ufffdb"],
  ["an overlong form", [0xc0, 0xaf], "\ufffd\ufffd"],
  ["a surrogate", [0xed, 0xa0, 0x80], "\ufffd\ufffd\ufffd"],
  ["0xff", [0xff], "\ufffd"],
  ["a NUL", [0x61, 0, 0x62, 0x63, 0x64], "a\0bcd"],
  ["an emoji", [0xf0, 0x9f, 0x98, 0x80], "\u{1f600}"],
])("text with %s is read as WHATWG decoders read it", (_, bytes, expected) => {
  expect(span(field(5, Buffer.from(bytes))).name).toBe(expected);
  const long = Buffer.concat([Buffer.alloc(100, "x"), Buffer.from(bytes)]);
  expect(span(field(5, long)).name).toBe("x".repeat(100) + expected);
});

test("texts that share a place in the table of known texts stay apart", () => {
  const names = Array.from(
    { length: 20_000 },
    (_, index) => `name-${(index * 7919) % 20_000}-${"y".repeat(index % 45)}`,
  );
  for (const name of [...names, ...names]) if (span(field(5, name)).name !== name) throw new Error(name);
  expect(span(field(5, "name-1")).name).toBe("name-1");
});

test("bytes are a copy, so a value does not keep its body alive", () => {
  const body = request(attribute("k", field(7, Buffer.from([1, 2, 3]))));
  const value = firstSpan(decodeProtobuf("traces", body)).attributes.get("k") as Uint8Array;
  body.fill(0);
  expect([...value]).toStrictEqual([1, 2, 3]);
  expect(value.buffer.byteLength).toBe(3);
});

test("100,000 attributes and a million empty envelopes are bounded", () => {
  const many = Buffer.concat(Array.from({ length: 100_000 }, (_, index) => attribute(`k${index}`, field(1, "v"))));
  const wide = span(many);
  expect([wide.attributes.size, wide.droppedAttributesCount]).toStrictEqual([1024, 100_000 - 1024]);
  const empty = Buffer.alloc(2_000_000);
  for (let at = 0; at < empty.length; at += 2) empty[at] = 10;
  expect(decodeProtobuf("traces", empty)).toMatchObject({ accepted: 0, envelopes: [] });
});

describe("what the exporter of OpenTelemetry JS writes", () => {
  const attributes = { text: "a\ud800", int: 7, big: 1.5e300, nan: Number.NaN, list: ["x", 2, 0.5], yes: true };
  const context = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "00f067aa0ba902b7", traceFlags: 1 };
  const readable = {
    name: "chat",
    kind: 2,
    spanContext: () => context,
    parentSpanContext: { ...context, spanId: "b7ad6b7169203331" },
    startTime: [1_795_193_922, 277_000_001],
    endTime: [1_795_193_923, 5],
    status: { code: 2, message: "why" },
    attributes,
    links: [{ context, attributes: { l: 1 } }],
    events: [{ name: "e", time: [1_795_193_922, 300], attributes: { e: "v" } }],
    duration: [0, 5],
    ended: true,
    resource: { attributes: { "service.name": "s" }, asyncAttributesPending: false },
    instrumentationScope: { name: "scope", version: "1" },
    droppedAttributesCount: 1,
    droppedEventsCount: 2,
    droppedLinksCount: 3,
  } as unknown as Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

  test.each([
    ["protobuf", ProtobufTraceSerializer],
    ["json", JsonTraceSerializer],
  ] as const)("in %s decodes to the span that was ended", (encoding, serializer) => {
    const decoded = decode("traces", encoding, serializer.serializeRequest([readable]) ?? new Uint8Array());
    expect(decoded).toMatchObject({ accepted: 1, rejected: 0, reasons: [] });
    const item = firstSpan(decoded);
    expect(item).toMatchObject({
      traceId: context.traceId,
      spanId: context.spanId,
      parentSpanId: "b7ad6b7169203331",
      name: "chat",
      kind: 3,
      startTimeUnixNano: 1795193922277000001n,
      endTimeUnixNano: 1795193923000000005n,
      statusCode: 2,
      statusMessage: "why",
      droppedAttributesCount: 1,
      droppedEventsCount: 2,
      droppedLinksCount: 3,
    });
    expect(item.attributes.get("text")).toMatch(/^a\ufffd+$/);
    expect(item.attributes.get("int")).toBe(7n);
    expect(item.attributes.get("list")).toStrictEqual(["x", 2n, 0.5] satisfies AnyValue);
    expect(item.attributes.get("big")).toBe(1.5e300);
    // In JSON it writes null for what is no finite number.
    expect(item.attributes.get("nan")).toBe(encoding === "json" ? undefined : Number.NaN);
    expect(item.events[0]).toMatchObject({ name: "e", timeUnixNano: 1795193922000000300n });
    expect(item.links[0]).toMatchObject({ traceId: context.traceId, spanId: context.spanId });
    expect(decoded.envelopes[0]?.resource.attributes.get("service.name")).toBe("s");
  });
});
