/** OTLP/gRPC 1.11.0: the three Export services, handing on the same bytes as OTLP/HTTP in protobuf. */
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import type { Accept } from "./accept.ts";
import { successBody } from "./answers.ts";
import { type GrpcDoorOptions, type GrpcMessage, grpcDoor } from "./grpc-door.ts";
import { toGrpcStatus } from "./grpc-status.ts";
import { SIGNAL_ROUTES, type SignalRoute } from "./signals.ts";

/** What the gRPC receiver needs. */
export interface OtlpGrpcOptions extends GrpcDoorOptions {
  readonly accept: Accept;
  /** Largest message after decompression. */
  readonly maxBodyBytes: number;
}

/** A listening gRPC receiver. */
export interface OtlpGrpcServer {
  readonly port: number;
  /** Refuses new calls, finishes those that run, and ends what is not finished after five seconds. */
  close(): Promise<void>;
}

/** How long calls that run may take when the server stops. */
const CLOSE_TIMEOUT_MS = 5000;

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
    interceptors: [grpcDoor(options)],
  });
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
        Export: (call: ServerUnaryCall<GrpcMessage, Buffer>, answer: sendUnaryData<Buffer>) => {
          take(route, options, call.request).then(
            (body) => answer(null, body),
            (error: unknown) => answer(toGrpcStatus(error, options.onRefused)),
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
  return { port: bound, close: () => closeInTime(server) };
}

function closeInTime(server: Server): Promise<void> {
  return new Promise((done) => {
    const deadline = setTimeout(() => server.forceShutdown(), CLOSE_TIMEOUT_MS);
    server.tryShutdown(() => {
      clearTimeout(deadline);
      done();
    });
  });
}

async function take(route: SignalRoute, options: OtlpGrpcOptions, message: GrpcMessage): Promise<Buffer> {
  const receivedUnixNano = BigInt(Date.now()) * 1_000_000n;
  const result = await options.accept({ signal: route.signal, encoding: "protobuf", ...message, receivedUnixNano });
  return successBody(route, "protobuf", result);
}
