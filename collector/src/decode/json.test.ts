import { describe, expect, test } from "vitest";
import { decodeJson } from "./json.ts";
import type { AnyValue, DecodedRequest, Span } from "./otlp.ts";

const ids = { traceId: "0AF7651916CD43DD8448EB211C80319C", spanId: "00f067aa0ba902b7" };

function traces(spans: readonly unknown[]): DecodedRequest {
  return decodeJson("traces", JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
}

function firstSpan(request: DecodedRequest): Span {
  const item = request.envelopes[0]?.items[0];
  if (item === undefined) throw new Error("no span was taken");
  return item as Span;
}

function onlySpan(fields: object): { span: Span; reasons: readonly string[] } {
  const request = traces([{ ...ids, ...fields }]);
  expect(request.reasons.join() + request.rejected).toBe(`${request.reasons.join()}0`);
  return { span: firstSpan(request), reasons: request.reasons };
}

function value(json: string): { value: AnyValue; reasons: readonly string[] } {
  const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${ids.traceId}","spanId":"${ids.spanId}","attributes":[{"key":"k","value":${json}}]}]}]}]}`;
  const request = decodeJson("traces", text);
  expect(request.accepted).toBe(1);
  return { value: firstSpan(request).attributes.get("k"), reasons: request.reasons };
}

test.each<[string, AnyValue]>([
  ['{"intValue": "9223372036854775807"}', 9223372036854775807n],
  ['{"intValue": "-9223372036854775808"}', -9223372036854775808n],
  ['{"intValue": 42}', 42n],
  ['{"intValue": "-0"}', 0n],
  ['{"intValue": "1e3"}', 1000n],
  ['{"intValue": 1.5e+300}', 1.5e300],
  ['{"intValue": "9223372036854775808"}', 9223372036854775808],
  ['{"intValue": 12.7}', 12.7],
  ['{"doubleValue": null}', undefined],
  ['{"doubleValue": "NaN"}', Number.NaN],
  ['{"doubleValue": "-Infinity"}', Number.NEGATIVE_INFINITY],
  ['{"doubleValue": 3}', 3],
  ['{"stringValue": "\\ud800x"}', "\ufffdx"],
  ['{"stringValue": "\\u0000"}', "\0"],
  ['{"boolValue": false}', false],
  ['{"bytesValue": "AP8="}', new Uint8Array([0, 255])],
  ['{"bytesValue": "-_8"}', new Uint8Array([251, 255])],
  ["{}", undefined],
  ["null", undefined],
  ['{"arrayValue": {}}', []],
  ['{"kvlistValue": {"values": [{"key": "__proto__", "value": {"intValue": 1}}]}}', new Map([["__proto__", 1n]])],
])("the value %s is read without a complaint", (json, expected) => {
  expect(value(json)).toStrictEqual({ value: expected, reasons: [] });
});

test.each([
  '{"intValue": " 12 "}',
  '{"intValue": "n/a"}',
  '{"intValue": true}',
  '{"doubleValue": "x"}',
  '{"boolValue": "true"}',
  '{"stringValue": 5}',
  '{"bytesValue": "%%"}',
  '{"arrayValue": []}',
  '{"arrayValue": {"values": 1}}',
  '"text"',
  "[]",
])("the value %s is left unset and its span kept, with a note", (json) => {
  const { value: got, reasons } = value(json);
  expect(got).toBeUndefined();
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).toMatch(/expected .*; the value was left unset/);
});

test("ids are hex in either case", () => {
  expect(onlySpan({}).span.traceId).toBe(ids.traceId.toLowerCase());
});

test("enum names are understood and noted", () => {
  const { span, reasons } = onlySpan({ kind: "SPAN_KIND_CLIENT", status: { code: "STATUS_CODE_ERROR" } });
  expect([span.kind, span.statusCode]).toStrictEqual([3, 2]);
  expect(reasons).toHaveLength(2);
  expect(onlySpan({ kind: 3 }).reasons).toStrictEqual([]);
});

test("unknown and snake_case fields are ignored, null is a default", () => {
  const { span } = onlySpan({
    start_time_unix_nano: "5",
    future: { a: [1] },
    name: null,
    attributes: null,
    status: null,
  });
  expect(span).toMatchObject({ startTimeUnixNano: 0n, name: "", statusCode: 0 });
});

test("times may be text or numbers", () => {
  const { span } = onlySpan({ startTimeUnixNano: "1795193922277000001", endTimeUnixNano: 1_795_193_922_277_000_000 });
  expect([span.startTimeUnixNano, span.endTimeUnixNano]).toStrictEqual([1795193922277000001n, 1795193922277000000n]);
});

test.each([
  [{ traceId: "" }, "traceId: expected 32 hex digits that are not all zero, got none"],
  [{ traceId: "0".repeat(32) }, "traceId: expected 32 hex digits that are not all zero, got all zero"],
  [{ spanId: "abc" }, "spanId: expected 16 hex digits that are not all zero, got 3"],
  [{ traceId: "CvdlGRbNQ92ESOshHIAxnA==" }, "traceId: expected hex digits, got text of 24 characters"],
  [
    { startTimeUnixNano: "-1" },
    "startTimeUnixNano: expected a whole number from 0 to 2^64-1, got text of 2 characters",
  ],
  [
    { endTimeUnixNano: "18446744073709551616" },
    "endTimeUnixNano: expected a whole number from 0 to 2^64-1, got text of 20 characters",
  ],
  [{ name: 5 }, "name: expected a string, got the number 5"],
  [{ attributes: "x" }, "attributes: expected an array, got text of 1 characters"],
  [{ events: [1] }, "events: expected an array of objects, got the number 1"],
  [{ kind: "CLIENT" }, "kind: expected a number of the enumeration, got text of 6 characters"],
  [{ flags: 4_294_967_296 }, "flags: expected a whole number from 0 to 2^32-1, got the number 4294967296"],
])("a span with %o is refused alone, with the reason", (fields, reason) => {
  const request = traces([ids, { ...ids, ...fields }, ids]);
  expect(request).toMatchObject({ accepted: 2, rejected: 1, reasons: [reason] });
});

test("a span keeps what is right about it: a bad parent, a bad link and itself as parent are left out", () => {
  const link = { ...ids, attributes: [] };
  const { span, reasons } = onlySpan({ parentSpanId: "ab", links: [link, { traceId: "00" }], droppedLinksCount: 2 });
  expect([span.parentSpanId, span.links.length, span.droppedLinksCount]).toStrictEqual(["", 1, 3]);
  expect(reasons).toHaveLength(2);
  expect(onlySpan({ parentSpanId: ids.spanId }).span.parentSpanId).toBe("");
  expect(onlySpan({ parentSpanId: "0000000000000000" })).toMatchObject({ span: { parentSpanId: "" }, reasons: [] });
});

test("a log record loses wrong ids and is kept", () => {
  const logRecords = [{ traceId: "abcd", spanId: ids.spanId }, { traceId: "not hex" }, { traceId: "", spanId: "" }];
  const request = decodeJson("logs", JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
  expect(request).toMatchObject({ accepted: 3, rejected: 0 });
  expect(request.reasons).toHaveLength(2);
  expect(request.envelopes[0]?.items[0]).toMatchObject({ traceId: "", spanId: ids.spanId });
});

test("data points are judged one by one", () => {
  const dataPoints = [{ asInt: "1" }, { asInt: "x" }, { asDouble: null }, 5];
  const metrics = [{ name: "m", gauge: { dataPoints } }, { name: "none" }];
  const request = decodeJson("metrics", JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }));
  expect(request).toMatchObject({ accepted: 2, rejected: 2 });
  expect(request.envelopes[0]?.items).toHaveLength(1);
});

test("keys such as __proto__ change nothing", () => {
  const text = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "resourceSpans": []}';
  expect(decodeJson("traces", text).accepted).toBe(0);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

describe("a body that is no request is refused with the place", () => {
  test.each([
    ["[]", "character 0: expected a JSON object"],
    ["5", "character 0: expected a JSON object"],
    ['{"a": NaN}', "character 6: the body is not JSON: expected a value"],
    ['{"a": 1} x', "character 9: the body is not JSON: expected the end"],
    ["{'a': 1}", "character 1: the body is not JSON: expected a field name in double quotes"],
    ['{"a" 1}', 'character 5: the body is not JSON: expected ":"'],
    ['{"a": 1 /* c */}', 'character 8: the body is not JSON: expected "," or "}"'],
    ['{"a": "\n"}', "character 7: the body is not JSON: expected a character of a string or its closing quote"],
    ["\ufeff{}", "character 0: the body is not JSON: expected a value"],
    ['{"resourceSpans": 5}', "body: resourceSpans: expected an array, got the number 5"],
    ['{"resourceSpans": [{"resource": []}]}', "body: resource: expected an object, got an array"],
    ['{"resourceSpans": [{"scopeSpans": [{"spans": {}}]}]}', "spans: expected an array"],
  ])("%j", (text, message) => {
    expect(() => decodeJson("traces", text)).toThrow(
      expect.objectContaining({ code: "BODY_UNDECODABLE", message }) as Error,
    );
  });

  test("UTF-16 is not JSON, and bytes that are not UTF-8 become U+FFFD", () => {
    expect(() => decodeJson("traces", Buffer.from('{"a": 1}', "utf16le"))).toThrow("is not JSON");
    const body = Buffer.concat([
      Buffer.from(
        `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${ids.traceId}","spanId":"${ids.spanId}","name":"a`,
      ),
      Buffer.from([0xff, 0xed, 0xa0, 0x80]),
      Buffer.from('b"}]}]}]}'),
    ]);
    expect(firstSpan(decodeJson("traces", body)).name).toBe("a\ufffd\ufffd\ufffd\ufffdb");
  });
});

describe("depth", () => {
  const nested = (levels: number): string =>
    '{"arrayValue":{"values":['.repeat(levels) + '{"intValue":1}' + "]}}".repeat(levels);

  test("64 levels are read, 65 are refused", () => {
    expect(Array.isArray(value(nested(64)).value)).toBe(true);
    expect(() => value(nested(65))).toThrow("more than 64 levels");
  });

  test.each([1000, 100_000, 1_000_000])("%d levels are refused within 100 ms", (levels) => {
    for (const text of ["[".repeat(levels), nested(levels / 3)]) {
      const body = Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"value":${text}`);
      const began = performance.now();
      expect(() => decodeJson("traces", body)).toThrow("levels");
      expect(performance.now() - began).toBeLessThan(100);
    }
  });
});

test("100,000 attributes, and a key of a million characters, are bounded and counted", () => {
  const attributes = Array.from({ length: 100_000 }, (_, index) => ({ key: `k${index}`, value: { intValue: index } }));
  const { span } = onlySpan({ attributes, droppedAttributesCount: 5 });
  expect([span.attributes.size, span.droppedAttributesCount]).toStrictEqual([1024, 5 + 100_000 - 1024]);
  const long = onlySpan({
    attributes: [
      { key: "x".repeat(1_000_000), value: {} },
      { key: "y", value: {} },
    ],
  });
  expect([[...long.span.attributes.keys()], long.span.droppedAttributesCount]).toStrictEqual([["y"], 1]);
  const events = onlySpan({ events: Array.from({ length: 100_000 }, () => ({})) }).span;
  expect([events.events.length, events.droppedEventsCount]).toStrictEqual([10_000, 90_000]);
});
