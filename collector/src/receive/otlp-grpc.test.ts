import { Client, Metadata, type ServiceError, credentials, status as Code } from "@grpc/grpc-js";
import { connect as connectHttp2 } from "node:http2";
import protobuf from "protobufjs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decode } from "../decode/decode.ts";
import { encodeProtobuf } from "../decode/test-support/proto.ts";
import { fullLogs, fullMetrics, fullTraces } from "../decode/test-support/requests.ts";
import { PhasewiseError } from "../errors.ts";
import type { AcceptRequest, Accepted } from "./accept.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { type OtlpGrpcOptions, type OtlpGrpcServer, listenOtlpGrpc } from "./otlp-grpc.ts";

const messages = protobuf.parse(`
  syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message RetryInfo { message Duration { int64 seconds = 1; int32 nanos = 2; } Duration retry_delay = 1; }
  message BadRequest { message FieldViolation { string field = 1; string description = 2; } repeated FieldViolation field_violations = 1; }
  message Partial { int64 rejected = 1; string error_message = 2; }
  message Response { Partial partial_success = 1; }
`).root;

const LIMIT = 1_000_000;
const SERVICES = {
  traces: "opentelemetry.proto.collector.trace.v1.TraceService",
  logs: "opentelemetry.proto.collector.logs.v1.LogsService",
  metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService",
} as const;

let server: OtlpGrpcServer;
let admission: Admission;
let taken: AcceptRequest[];
let refused: string[];
let answer: (request: AcceptRequest) => Promise<Accepted>;
const clients: Client[] = [];

function decodeIt(request: AcceptRequest): Promise<Accepted> {
  try {
    const { accepted, rejected, reasons } = decode(request.signal, request.encoding, request.body);
    return Promise.resolve({ accepted, rejected, reasons });
  } catch (error) {
    return Promise.reject(error);
  }
}

async function start(options: Partial<OtlpGrpcOptions> = {}, maxBytes = 10 * LIMIT): Promise<void> {
  admission = createAdmission({ maxBytes, checkOpen: () => undefined });
  server = await listenOtlpGrpc(
    {
      admission,
      accept: async (request) => {
        const result = await answer(request);
        taken.push(request);
        return result;
      },
      onRefused: (reason) => refused.push(reason),
      maxBodyBytes: LIMIT,
      bodyTimeoutMs: 5000,
      token: "",
      ...options,
    },
    "127.0.0.1",
    0,
  );
}

function connect(options: Record<string, unknown> = {}): Client {
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure(), options);
  clients.push(client);
  return client;
}

interface CallOptions {
  readonly client?: Client;
  readonly signal?: keyof typeof SERVICES;
  readonly metadata?: Metadata;
  readonly path?: string;
}

/** One Export with raw bytes; resolves with the answer's bytes, rejects with the status. */
function exportBytes(body: Uint8Array, options: CallOptions = {}): Promise<Buffer> {
  const { client = connect(), signal = "traces", metadata = new Metadata() } = options;
  const path = options.path ?? `/${SERVICES[signal]}/Export`;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes: Buffer) => bytes,
      body,
      metadata,
      { deadline: Date.now() + 10_000 },
      (error, value) => (error === null ? resolve(value as Buffer) : reject(error)),
    );
  });
}

async function failure(body: Uint8Array, options: CallOptions = {}): Promise<ServiceError> {
  return await exportBytes(body, options).then(
    () => {
      throw new Error("the call was taken");
    },
    (error: unknown) => error as ServiceError,
  );
}

function rejecting(failure: Error): typeof answer {
  return async () => {
    throw failure;
  };
}

interface Details {
  readonly code: number;
  readonly message: string;
  readonly details: readonly { readonly typeUrl: string; readonly value: Uint8Array }[];
}

function detailsOf(error: ServiceError): Details {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  return messages.lookupType("Status").decode(bytes as Buffer) as unknown as Details;
}

beforeEach(async () => {
  taken = [];
  refused = [];
  answer = decodeIt;
  await start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
  if (admission.inFlightBytes() !== 0) throw new Error("bytes of bodies are still counted");
});

describe("a call that is taken", () => {
  test.each([
    ["traces", fullTraces],
    ["logs", fullLogs],
    ["metrics", fullMetrics],
  ] as const)("of %s hands on the bytes and is answered with an empty message", async (signal, request) => {
    const body = encodeProtobuf(signal, request);
    expect((await exportBytes(body, { signal })).length).toBe(0);
    expect(taken[0]).toMatchObject({ signal, encoding: "protobuf", sender: "127.0.0.1" });
    expect(Buffer.from(taken[0]?.body ?? []).equals(body)).toBe(true);
  });

  test("compressed with gzip is undone", async () => {
    const client = connect({ "grpc.default_compression_algorithm": 2 });
    const body = encodeProtobuf("traces", fullTraces);
    expect((await exportBytes(body, { client })).length).toBe(0);
    expect(Buffer.from(taken[0]?.body ?? []).equals(body)).toBe(true);
  });

  test("without anything in it is a success", async () => {
    expect((await exportBytes(Buffer.alloc(0))).length).toBe(0);
  });

  test("in part says how many items were refused and why", async () => {
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: "00", spanId: "00" }] }] }] };
    const bytes = await exportBytes(encodeProtobuf("traces", request));
    const decoded = messages.lookupType("Response").decode(bytes) as unknown as {
      readonly partialSuccess: { readonly rejected: unknown; readonly errorMessage: string };
    };
    expect(Number(decoded.partialSuccess.rejected)).toBe(1);
    expect(decoded.partialSuccess.errorMessage).toContain("traceId");
  });
});

describe("a call that is refused for good", () => {
  test("for a body that is no such message gets INVALID_ARGUMENT with a BadRequest", async () => {
    const error = await failure(Buffer.from([0x0a, 0x20, 1, 2]));
    expect(error.code).toBe(Code.INVALID_ARGUMENT);
    const { code, message, details } = detailsOf(error);
    expect([code, details[0]?.typeUrl]).toStrictEqual([3, "type.googleapis.com/google.rpc.BadRequest"]);
    expect(error.details).toBe(message);
    expect(refused).toStrictEqual(["BODY_UNDECODABLE"]);
  });

  test.each([
    ["plain", 0],
    ["with gzip", 2],
  ])("for a message over the limit (%s) gets RESOURCE_EXHAUSTED without RetryInfo", async (_, algorithm) => {
    const client = connect({ "grpc.default_compression_algorithm": algorithm });
    const error = await failure(Buffer.alloc(LIMIT + 1), { client });
    expect(error.code).toBe(Code.RESOURCE_EXHAUSTED);
    expect(error.metadata.get("grpc-status-details-bin")).toStrictEqual([]);
    expect(taken).toStrictEqual([]);
    // The next call on the same connection is served.
    expect((await exportBytes(encodeProtobuf("traces", fullTraces), { client })).length).toBe(0);
  });

  test("without the token, or with another, gets UNAUTHENTICATED before its message is read", async () => {
    await server.close();
    await start({ token: "secret" });
    const body = encodeProtobuf("traces", fullTraces);
    const wrong = new Metadata();
    wrong.set("authorization", "Bearer other");
    for (const metadata of [new Metadata(), wrong]) {
      expect((await failure(body, { metadata })).code).toBe(Code.UNAUTHENTICATED);
    }
    const right = new Metadata();
    right.set("authorization", "Bearer secret");
    expect((await exportBytes(body, { metadata: right })).length).toBe(0);
    expect([refused, taken.length]).toStrictEqual([["UNAUTHORIZED", "UNAUTHORIZED"], 1]);
  });

  test("to a service that is not there gets UNIMPLEMENTED", async () => {
    const path = "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export";
    expect((await failure(Buffer.alloc(0), { path })).code).toBe(Code.UNIMPLEMENTED);
  });

  test("for its message, which holds lone surrogates, still gets its status", async () => {
    answer = () => Promise.reject(new PhasewiseError("BODY_UNDECODABLE", "got \ud800"));
    expect((await failure(Buffer.alloc(0))).details).toBe("got \ufffd");
  });
});

describe("what may pass", () => {
  test.each([
    [new PhasewiseError("JOURNAL_FULL", "full"), "full", "JOURNAL_FULL"],
    [new PhasewiseError("DISK_LOW", "disk"), "disk", "DISK_LOW"],
    [new Error("a secret of the inside"), "Nothing was taken; send the request again.", "INTERNAL"],
  ])("%s is UNAVAILABLE with a RetryInfo of one second", async (error, message, reason) => {
    answer = rejecting(error);
    const got = await failure(Buffer.alloc(0));
    expect([got.code, got.details]).toStrictEqual([Code.UNAVAILABLE, message]);
    const { code, details } = detailsOf(got);
    expect([code, details[0]?.typeUrl]).toStrictEqual([14, "type.googleapis.com/google.rpc.RetryInfo"]);
    const retry = messages.lookupType("RetryInfo").decode(details[0]?.value ?? new Uint8Array());
    expect(messages.lookupType("RetryInfo").toObject(retry, { longs: String })).toStrictEqual({
      retryDelay: { seconds: "1" },
    });
    expect(refused).toStrictEqual([reason]);
  });

  test("a message counts while it arrives, and one that finds no room is UNAVAILABLE", async () => {
    await server.close();
    await start({}, 400_000);
    const busy = admission.enter("another", 0);
    busy.grow(300_000);
    const error = await failure(Buffer.alloc(900_000));
    expect(error.code).toBe(Code.UNAVAILABLE);
    expect(admission.inFlightBytes()).toBe(300_000);
    busy.release();
    expect(refused).toStrictEqual(["IN_FLIGHT_FULL"]);
    expect((await exportBytes(encodeProtobuf("traces", fullTraces))).length).toBe(0);
  });

  test.each([
    ["plain", 0, 1],
    ["compressed", 1, 10],
  ])("the bytes of half a message (%s) count before it is whole", async (_, flag, factor) => {
    const session = connectHttp2(`http://127.0.0.1:${server.port}`);
    const stream = session.request({
      ":method": "POST",
      ":path": `/${SERVICES.traces}/Export`,
      "content-type": "application/grpc",
      "grpc-encoding": "gzip",
      te: "trailers",
    });
    stream.on("error", () => undefined);
    const frame = Buffer.alloc(10_000);
    frame[0] = flag;
    frame.writeUInt32BE(20_000, 1);
    stream.write(frame);
    await expect.poll(() => admission.inFlightBytes()).toBe(factor * frame.length);
    session.destroy();
    await expect.poll(() => admission.inFlightBytes()).toBe(0);
    expect(refused).toStrictEqual(["CUT_OFF"]);
  });

  test("a message that does not arrive ends its call in time and holds nothing", async () => {
    await server.close();
    await start({ bodyTimeoutMs: 200 });
    const call = connect().makeClientStreamRequest(
      `/${SERVICES.traces}/Export`,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      () => undefined,
    );
    const code = new Promise<Code>((resolve) => call.on("status", (status) => resolve(status.code)));
    call.on("error", () => undefined);
    expect(await code).toBe(Code.DEADLINE_EXCEEDED);
    expect(refused).toStrictEqual(["BODY_TOO_SLOW"]);
  });

  test("a call that its client gives up holds nothing afterwards", async () => {
    const call = connect().makeClientStreamRequest(
      `/${SERVICES.traces}/Export`,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      () => undefined,
    );
    call.on("error", () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    call.cancel();
    await expect.poll(() => refused, { timeout: 8000 }).toStrictEqual(["CUT_OFF"]);
  });
});

test("a stop finishes the call that runs and refuses the next one retryably", async () => {
  let release = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (release = resolve));
  answer = async () => {
    await waiting;
    return { accepted: 1, rejected: 0, reasons: [] };
  };
  const client = connect();
  const running = exportBytes(Buffer.alloc(0), { client });
  await expect.poll(() => admission.inFlightBytes() >= 0 && taken.length === 0).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closing = server.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await failure(Buffer.alloc(0))).code).toBe(Code.UNAVAILABLE);
  release();
  expect((await running).length).toBe(0);
  await closing;
  await start();
});

test("a port that is taken is refused with the system's error", async () => {
  const options: OtlpGrpcOptions = {
    admission,
    accept: answer,
    onRefused: () => undefined,
    maxBodyBytes: LIMIT,
    bodyTimeoutMs: 1000,
    token: "",
  };
  await expect(listenOtlpGrpc(options, "127.0.0.1", server.port)).rejects.toThrow(/EADDRINUSE|No address/);
});
