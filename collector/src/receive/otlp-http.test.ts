import { request as httpRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import pino from "pino";
import protobuf from "protobufjs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FastifyInstance } from "fastify";
import { decode } from "../decode/decode.ts";
import { encodeProtobuf } from "../decode/test-support/proto.ts";
import { fullTraces, genAiTraces } from "../decode/test-support/requests.ts";
import { PhasewiseError } from "../errors.ts";
import type { AcceptRequest, Accepted } from "./accept.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { type OtlpServerOptions, createOtlpServer } from "./otlp-http.ts";

const messages = protobuf.parse(`
  syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message BadRequest { message FieldViolation { string field = 1; string description = 2; } repeated FieldViolation field_violations = 1; }
  message Partial { int64 rejected = 1; string error_message = 2; }
  message Response { Partial partial_success = 1; }
`).root;

const JSON_TYPE = { "content-type": "application/json" };
const PROTOBUF_TYPE = { "content-type": "application/x-protobuf" };
const jsonBody = JSON.stringify(fullTraces);
const LIMIT = 1_000_000;

let app: FastifyInstance;
let port: number;
let taken: AcceptRequest[];
let failure: Error | undefined;
let admission: Admission;

async function start(options: Partial<OtlpServerOptions> = {}): Promise<void> {
  admission = createAdmission({ maxBytes: 10 * LIMIT, checkOpen: () => undefined });
  app = createOtlpServer({
    admission,
    onRefused: () => undefined,
    accept: (request) => {
      if (failure !== undefined) return Promise.reject(failure);
      const { accepted, rejected, reasons } = decode(request.signal, request.encoding, request.body);
      taken.push(request);
      return Promise.resolve({ accepted, rejected, reasons } satisfies Accepted);
    },
    maxBodyBytes: LIMIT,
    bodyTimeoutMs: 5000,
    token: "",
    allowedHosts: [],
    host: "127.0.0.1",
    logger: pino({ level: "silent" }),
    ...options,
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  port = (app.server.address() as AddressInfo).port;
}

beforeEach(async () => {
  taken = [];
  failure = undefined;
  await start();
});
afterEach(async () => {
  if (admission.inFlightBytes() !== 0) throw new Error("bytes of bodies are still counted");
  await app.close();
});

interface Answer extends Pick<Response, "status" | "headers"> {
  readonly bytes: Buffer;
  readonly json: () => { [field: string]: unknown };
}

async function post(path: string, headers: Record<string, string>, body: BodyInit | Uint8Array): Promise<Answer> {
  return await send("POST", path, headers, body);
}

async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: BodyInit | Uint8Array,
): Promise<Answer> {
  const init = { method, headers, duplex: "half", ...(body !== undefined && { body: body as BodyInit }) };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  const bytes = Buffer.from(await response.arrayBuffer());
  const json = (): { [field: string]: unknown } => JSON.parse(bytes.toString()) as { [field: string]: unknown };
  return { status: response.status, headers: response.headers, bytes, json };
}

/** Sends text as it is and answers everything that comes back. */
async function raw(text: string, options: { readonly end?: boolean } = {}): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  socket.write(text);
  if (options.end === true) socket.end();
  await new Promise((resolve) => socket.once("close", resolve));
  return answer;
}

describe("a request that is taken", () => {
  test("in JSON is answered 200 with an empty object and the count", async () => {
    const answer = await post("/v1/traces", JSON_TYPE, jsonBody);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("x-accepted-items")).toBe("2");
    expect(answer.bytes.toString()).toBe("{}");
    expect(taken[0]).toMatchObject({ signal: "traces", encoding: "json", sender: "127.0.0.1" });
    expect(Buffer.from(taken[0]?.body ?? []).toString()).toBe(jsonBody);
  });

  test("in protobuf is answered 200 with an empty message", async () => {
    const answer = await post("/v1/traces", PROTOBUF_TYPE, encodeProtobuf("traces", fullTraces));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/x-protobuf");
    expect(answer.bytes.length).toBe(0);
    expect(answer.headers.get("x-accepted-items")).toBe("2");
  });

  test.each([
    ["gzip", gzipSync(jsonBody)],
    ["GZIP", gzipSync(jsonBody)],
    ["gzip", Buffer.concat([gzipSync(jsonBody.slice(0, 100)), gzipSync(jsonBody.slice(100))])],
    ["zstd", zstdCompressSync(jsonBody)],
    ["zstd", Buffer.concat([zstdCompressSync(jsonBody.slice(0, 100)), zstdCompressSync(jsonBody.slice(100))])],
    ["identity", Buffer.from(jsonBody)],
  ])("compressed with %s is undone", async (coding, body) => {
    const answer = await post("/v1/traces", { ...JSON_TYPE, "content-encoding": coding }, body);
    expect(answer.status).toBe(200);
    expect(Buffer.from(taken[0]?.body ?? []).toString()).toBe(jsonBody);
  });

  test.each(["application/json; charset=utf-8", 'Application/JSON;Charset="UTF-8"', "application/json; x=1"])(
    "may have the content type %s",
    async (type) => {
      expect((await post("/v1/traces", { "content-type": type }, jsonBody)).status).toBe(200);
    },
  );

  test("may come in chunks without a length", async () => {
    const chunks = (async function* () {
      await Promise.resolve();
      for (let at = 0; at < jsonBody.length; at += 1000) yield Buffer.from(jsonBody.slice(at, at + 1000));
    })();
    expect((await post("/v1/traces", JSON_TYPE, chunks as unknown as BodyInit)).status).toBe(200);
    expect(taken[0]?.body.length).toBe(Buffer.byteLength(jsonBody));
  });

  test.each([JSON_TYPE, PROTOBUF_TYPE, { ...PROTOBUF_TYPE, "content-encoding": "gzip" }])(
    "may be empty (%o)",
    async (headers) => {
      const answer = await post("/v1/logs", headers, "");
      expect([answer.status, answer.headers.get("x-accepted-items")]).toStrictEqual([200, "0"]);
    },
  );

  test("goes on when the sender waits for 100 Continue", async () => {
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(
        { port, path: "/v1/traces", method: "POST", headers: { ...JSON_TYPE, expect: "100-continue" } },
        (response) => resolve(response.resume().statusCode),
      );
      request.on("continue", () => request.end(jsonBody)).on("error", reject);
      request.flushHeaders();
    });
    expect(status).toBe(200);
  });
});

describe("a request of which some items are refused", () => {
  const request = structuredClone(genAiTraces(5)) as {
    resourceSpans: [{ scopeSpans: [{ spans: { spanId: string; traceId: string }[] }] }];
  };
  const spans = request.resourceSpans[0].scopeSpans[0].spans;
  (spans[1] as { spanId: string }).spanId = "0000000000000000";
  (spans[3] as { traceId: string }).traceId = "abcd";

  test("in JSON has a partial success with an int64 as text and the reasons", async () => {
    const answer = await post("/v1/traces", JSON_TYPE, JSON.stringify(request));
    expect([answer.status, answer.headers.get("x-accepted-items")]).toStrictEqual([200, "3"]);
    expect(answer.json()).toStrictEqual({
      partialSuccess: {
        rejectedSpans: "2",
        errorMessage:
          "spanId: expected 16 hex digits that are not all zero, got all zero; " +
          "traceId: expected 32 hex digits that are not all zero, got 4",
      },
    });
  });

  test("in protobuf has the same partial success", async () => {
    const answer = await post("/v1/traces", PROTOBUF_TYPE, encodeProtobuf("traces", request));
    const decoded = messages.lookupType("Response").decode(answer.bytes).toJSON();
    expect(decoded["partialSuccess"]).toMatchObject({
      rejected: "2",
      errorMessage: expect.stringContaining("traceId") as string,
    });
  });

  test("a reason without a refusal is a warning", async () => {
    const body = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ severityNumber: "SEVERITY_NUMBER_INFO" }] }] }] };
    const answer = await post("/v1/logs", JSON_TYPE, JSON.stringify(body));
    expect(answer.json()).toStrictEqual({
      partialSuccess: { errorMessage: "severityNumber: expected a number, got an enum name; it was understood" },
    });
  });

  test("a message is cut to 1 KiB between characters", async () => {
    await app.close();
    await start({ accept: () => Promise.resolve({ accepted: 1, rejected: 1, reasons: ["é".repeat(5000)] }) });
    const answer = await post("/v1/traces", JSON_TYPE, jsonBody);
    const message = (answer.json()["partialSuccess"] as { errorMessage: string }).errorMessage;
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
    expect(message).toMatch(/^é+…$/);
  });
});

describe("a request that is refused", () => {
  test("for a body that cannot be decoded gets 400 with a BadRequest in its own encoding", async () => {
    const answer = await post("/v1/traces", JSON_TYPE, '{"resourceSpans": [}');
    expect(answer.status).toBe(400);
    const message = "character 19: the body is not JSON: expected a value";
    const fieldViolations = [{ field: "body", description: message }];
    expect(answer.json()).toStrictEqual({
      code: 3,
      message,
      details: [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations }],
    });
    const binary = await post("/v1/traces", PROTOBUF_TYPE, Buffer.from([10, 200]));
    expect([binary.status, binary.headers.get("content-type")]).toStrictEqual([400, "application/x-protobuf"]);
    const status = messages.lookupType("Status").decode(binary.bytes).toJSON();
    expect(status).toMatchObject({ code: 3, message: "byte 2: the message ends within a number" });
    const details = status["details"] as { typeUrl: string; value: string }[];
    expect(details[0]?.typeUrl).toBe("type.googleapis.com/google.rpc.BadRequest");
    const badRequest = messages.lookupType("BadRequest").decode(Buffer.from(details[0]?.value ?? "", "base64"));
    expect(badRequest.toJSON()).toStrictEqual({ fieldViolations: [{ field: "body", description: status["message"] }] });
  });

  test.each([
    ["text/plain"],
    ["text/plain; application/json"],
    ["application/json; charset=utf-16"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
    ["application/jsonp"],
    ["*/*"],
    ["nonsense"],
  ])("for the content type %s gets 415", async (type) => {
    const answer = await post("/v1/traces", { "content-type": type }, jsonBody);
    expect(answer.status).toBe(415);
    expect(answer.json()).toMatchObject({ code: 3, details: [] });
  });

  test("for a missing content type gets 415", async () => {
    expect((await post("/v1/traces", {}, Buffer.from(jsonBody))).status).toBe(415);
  });

  test.each([
    ["br", brotliCompressSync(jsonBody)],
    ["deflate", deflateSync(jsonBody)],
    ["snappy", Buffer.from(jsonBody)],
    ["gzip, gzip", gzipSync(gzipSync(jsonBody))],
  ])("for the content encoding %s gets 415 and is told what is understood", async (coding, body) => {
    const answer = await post("/v1/traces", { ...JSON_TYPE, "content-encoding": coding }, body);
    expect([answer.status, answer.headers.get("accept-encoding")]).toStrictEqual([415, "gzip, zstd, identity"]);
  });

  const whole = gzipSync(jsonBody);
  const badSum = Buffer.from(whole);
  badSum[whole.length - 6] = (badSum[whole.length - 6] ?? 0) ^ 1;
  test.each([
    ["truncated", "gzip", whole.subarray(0, -20)],
    ["with a wrong checksum", "gzip", badSum],
    ["with trailing garbage", "gzip", Buffer.concat([whole, Buffer.from("garbage")])],
    ["that is not compressed at all", "gzip", Buffer.from(jsonBody)],
    ["compressed twice", "gzip", gzipSync(whole)],
    ["truncated", "zstd", zstdCompressSync(jsonBody).subarray(0, -5)],
    ["with trailing garbage", "zstd", Buffer.concat([zstdCompressSync(jsonBody), Buffer.from("garbage")])],
    ["that is not compressed at all", "zstd", Buffer.from(jsonBody)],
    ["of thousands of empty frames", "zstd", Buffer.concat(Array.from({ length: 5000 }, () => zstdCompressSync("")))],
  ])("for a body %s (%s) gets 400", async (_, coding, body) => {
    const answer = await post("/v1/traces", { ...JSON_TYPE, "content-encoding": coding }, body);
    expect(answer.status).toBe(400);
    expect(taken).toStrictEqual([]);
  });

  test.each([
    ["plain with a length", {}, Buffer.alloc(LIMIT + 1, " ")],
    ["gzip", { "content-encoding": "gzip" }, gzipSync(Buffer.alloc(50 * LIMIT))],
    ["zstd", { "content-encoding": "zstd" }, zstdCompressSync(Buffer.alloc(50 * LIMIT))],
  ])("for a size over the limit after decompression gets 413 (%s)", async (_, headers, body) => {
    const answer = await post("/v1/traces", { ...JSON_TYPE, ...headers }, body);
    expect(answer.status).toBe(413);
    expect(answer.json()).toMatchObject({ code: 8 });
  });

  test("for chunks over the limit gets 413, and the connection serves the next request", async () => {
    const chunks = (async function* () {
      await Promise.resolve();
      for (let index = 0; index < 30; index++) yield Buffer.alloc(100_000);
    })();
    expect((await post("/v1/traces", JSON_TYPE, chunks as unknown as BodyInit)).status).toBe(413);
    expect((await post("/v1/traces", JSON_TYPE, jsonBody)).status).toBe(200);
  });

  test("a body of exactly the limit is not too large", async () => {
    const body = Buffer.alloc(LIMIT, " ");
    body.write("{}");
    for (const [coding, sent] of [
      ["identity", body],
      ["gzip", gzipSync(body)],
      ["zstd", zstdCompressSync(body)],
    ] as const) {
      expect((await post("/v1/traces", { ...JSON_TYPE, "content-encoding": coding }, sent)).status).toBe(200);
    }
  });

  test.each(["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])(
    "with the method %s gets 405 and Allow",
    async (method) => {
      const answer = await send(method, "/v1/traces", {});
      expect([answer.status, answer.headers.get("allow")]).toStrictEqual([405, "POST"]);
      expect(answer.bytes.toString()).toMatch(method === "HEAD" ? /^$/ : /"code":12/);
    },
  );

  test("with a method that the router does not know gets 405 too", async () => {
    const answer = await raw("PROPFIND /v1/logs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
  });

  test.each([
    "/",
    "/v1/trace",
    "/V1/TRACES",
    "/v1/traces/",
    "//v1/traces",
    "/v1/../v1/traces%2e",
    "/v1development/profiles",
  ])("at %s gets 404 with a Status", async (path) => {
    const answer = await raw(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
    expect(answer).toContain('"code":5');
  });
});

describe("what may pass", () => {
  test.each([
    [new PhasewiseError("JOURNAL_FULL", "full"), "full"],
    [new PhasewiseError("JOURNAL_WRITE_FAILED", "disk"), "disk"],
    [new PhasewiseError("INTERNAL", "odd"), "odd"],
    [new Error("a secret of the inside"), "Nothing was taken; send the request again."],
  ])("%s is answered 503 with Retry-After: 1, never 500", async (error, message) => {
    failure = error;
    const answer = await post("/v1/traces", JSON_TYPE, jsonBody);
    expect([answer.status, answer.headers.get("retry-after")]).toStrictEqual([503, "1"]);
    expect(answer.json()).toStrictEqual({ code: 14, message, details: [] });
  });

  test("a request that arrives while the server stops is answered 503, and one under way is finished", async () => {
    let release = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (release = resolve));
    await app.close();
    await start({ accept: () => waiting.then(() => ({ accepted: 1, rejected: 0, reasons: [] })) });
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    const text = `POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`;
    socket.write(text);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closing = app.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.write(text);
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    await closing;
    if (!socket.destroyed) await new Promise((resolve) => socket.once("close", resolve));
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer.match(/HTTP\/1.1 503 /g)?.length ?? 0).toBeLessThanOrEqual(1);
    await start();
  });

  test("a body that comes too slowly is cut off with 408, and a healthy sender is served meanwhile", async () => {
    await app.close();
    await start({ bodyTimeoutMs: 400 });
    const began = performance.now();
    const slow = raw(
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    const headers = raw("POST /v1/traces HTTP/1.1\r\nHost: local");
    expect((await post("/v1/traces", JSON_TYPE, jsonBody)).status).toBe(200);
    expect(await slow).toMatch(/^HTTP\/1.1 408 [\s\S]*"code":4/);
    expect(await headers).toMatch(/^HTTP\/1.1 408 /);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

describe("a connection that breaks the rules of HTTP", () => {
  test.each([
    ["is not HTTP", "\u0016\u0003\u0001 hello\r\n\r\n", 400],
    [
      "repeats Content-Length",
      "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      400,
    ],
    [
      "has both lengths",
      "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
    ],
    ["has 20 KB of headers", `POST /v1/traces HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ])("and %s is answered with a Status", async (_, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('"code":3');
  });

  test("and ends in the middle of a body takes nothing and hurts nobody", async () => {
    await raw(
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
      { end: true },
    );
    expect(taken).toStrictEqual([]);
    expect((await post("/v1/traces", JSON_TYPE, jsonBody)).status).toBe(200);
  });

  test("pipelined requests are answered in order", async () => {
    const one = `POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n`;
    const answer = await raw(
      `${one}\r\n{}GET /v1/traces HTTP/1.1\r\nHost: localhost\r\n\r\n${one}Connection: close\r\n\r\n{}`,
    );
    expect(answer.match(/HTTP\/1.1 \d+/g)).toStrictEqual(["HTTP/1.1 200", "HTTP/1.1 405", "HTTP/1.1 200"]);
  });
});
