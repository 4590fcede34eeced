import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import type { JsonLogRecord, JsonMetric, JsonSpan, LogsPayload, MetricsPayload, TracesPayload } from "./otlp.ts";

/** One request that the sink took. */
export interface SinkRequest {
  /** E.g. `/v1/traces`. */
  readonly path: string;
  readonly headers: Readonly<IncomingMessage["headers"]>;
  /** Decompressed. */
  readonly body: Buffer;
  /** The parsed body when it was sent as JSON. */
  readonly json: unknown;
}

/** A running OTLP/HTTP receiver that keeps what it gets. */
export interface OtlpSink {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  requests(): readonly SinkRequest[];
  /** All spans that came as JSON. */
  spans(): readonly JsonSpan[];
  /** All log records that came as JSON. */
  logs(): readonly JsonLogRecord[];
  /** All metrics that came as JSON. */
  metrics(): readonly JsonMetric[];
  stop(): Promise<void>;
}

/** What the sink answers; the default is success. */
export interface OtlpSinkOptions {
  /** Status of the answer to the request of that number, from 0. */
  readonly status?: (index: number) => number;
}

/** Starts a sink on a free port of 127.0.0.1. */
export async function startOtlpSink(options: OtlpSinkOptions = {}): Promise<OtlpSink> {
  const taken: SinkRequest[] = [];
  let count = 0;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sinkRequest = await readRequest(request);
    const status = options.status?.(count) ?? 200;
    count += 1;
    if (status === 200) taken.push(sinkRequest);
    const isJson = sinkRequest.json !== undefined;
    response.writeHead(status, { "content-type": isJson ? "application/json" : "application/x-protobuf" });
    response.end(isJson ? "{}" : "");
  };
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const payloads = (path: string): readonly unknown[] =>
    taken.flatMap((request) => (request.path === path && request.json !== undefined ? [request.json] : []));
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => [...taken],
    spans: () =>
      (payloads("/v1/traces") as readonly TracesPayload[]).flatMap((payload) =>
        payload.resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans)),
      ),
    logs: () =>
      (payloads("/v1/logs") as readonly LogsPayload[]).flatMap((payload) =>
        payload.resourceLogs.flatMap((resource) => resource.scopeLogs.flatMap((scope) => scope.logRecords)),
      ),
    metrics: () =>
      (payloads("/v1/metrics") as readonly MetricsPayload[]).flatMap((payload) =>
        payload.resourceMetrics.flatMap((resource) => resource.scopeMetrics.flatMap((scope) => scope.metrics)),
      ),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function readRequest(request: IncomingMessage): Promise<SinkRequest> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const raw = Buffer.concat(parts);
  const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
  const isJson = request.headers["content-type"]?.startsWith("application/json") ?? false;
  const json: unknown = isJson ? JSON.parse(body.toString("utf8")) : undefined;
  return { path: new URL(request.url ?? "/", "http://sink").pathname, headers: request.headers, body, json };
}
