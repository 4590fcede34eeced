/** OTLP/gRPC 1.11.0: the three Export services, handing on the same bytes as OTLP/HTTP in protobuf. */
import {
  Metadata,
  Server,
  ServerCredentials,
  status as Code,
  type sendUnaryData,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import { isPhasewiseError, PhasewiseError } from "../errors.ts";
import { tokenCheck } from "../guard.ts";
import type { Accept } from "./accept.ts";
import { retryStatus, successBody } from "./answers.ts";
import { SIGNAL_ROUTES, type SignalRoute } from "./signals.ts";

/** What the gRPC receiver needs. */
export interface OtlpGrpcOptions {
  readonly accept: Accept;
  /** Largest message after decompression. */
  readonly maxBodyBytes: number;
  readonly token: string;
  /** Told of every request that was not taken for a reason that may pass. */
  readonly onUnavailable: (error: unknown) => void;
}

/** A listening gRPC receiver. */
export interface OtlpGrpcServer {
  readonly port: number;
  /** Refuses new calls, finishes those that run. */
  close(): Promise<void>;
}

const SERVICES: Readonly<Record<SignalRoute["signal"], string>> = {
  traces: "opentelemetry.proto.collector.trace.v1.TraceService",
  logs: "opentelemetry.proto.collector.logs.v1.LogsService",
  metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService",
};
const pass = (bytes: Buffer): Buffer => bytes;

/** Listens on a host and port; rejects with the system's error when it cannot. */
export async function listenOtlpGrpc(options: OtlpGrpcOptions, host: string, port: number): Promise<OtlpGrpcServer> {
  const server = new Server({
    "grpc.max_receive_message_length": options.maxBodyBytes,
    "grpc.max_concurrent_streams": 128,
    "grpc.keepalive_time_ms": 60_000,
  });
  const check = tokenCheck(options.token);
  for (const route of SIGNAL_ROUTES) {
    const definition = {
      path: `/${SERVICES[route.signal]}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: pass,
      requestDeserialize: pass,
      responseSerialize: pass,
      responseDeserialize: pass,
    } as const;
    server.addService(
      { Export: definition },
      {
        Export: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
          take(route, options, check, call).then(
            (body) => answer(null, body),
            (error: unknown) => answer(toStatus(error, options)),
          );
        },
      },
    );
  }
  const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, taken) => {
      if (error === null) resolve(taken);
      else reject(error);
    });
  });
  return {
    port: bound,
    close: () =>
      new Promise((done) => {
        server.tryShutdown(() => done());
      }),
  };
}

async function take(
  route: SignalRoute,
  options: OtlpGrpcOptions,
  check: (sent: readonly string[]) => void,
  call: ServerUnaryCall<Buffer, Buffer>,
): Promise<Buffer> {
  check(call.metadata.get("authorization").map(String));
  const result = await options.accept({
    signal: route.signal,
    encoding: "protobuf",
    body: call.request,
    sender: call.getPeer(),
    receivedUnixNano: BigInt(Date.now()) * 1_000_000n,
  });
  return successBody(route, "protobuf", result);
}

/** Only UNAVAILABLE is tried again by every exporter; a RetryInfo says when. */
function toStatus(error: unknown, options: OtlpGrpcOptions): { code: Code; details: string; metadata?: Metadata } {
  if (isPhasewiseError(error) && !error.retryable) return { code: codeOf(error), details: error.message };
  options.onUnavailable(error);
  const message = isPhasewiseError(error) ? error.message : "Nothing was taken; send the request again.";
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", retryStatus(Code.UNAVAILABLE, message));
  return { code: Code.UNAVAILABLE, details: message, metadata };
}

function codeOf(error: PhasewiseError): Code {
  switch (error.status) {
    case 401:
      return Code.UNAUTHENTICATED;
    case 413:
      return Code.RESOURCE_EXHAUSTED;
    default:
      return Code.INVALID_ARGUMENT;
  }
}
