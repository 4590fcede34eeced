import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A decoded span or log record: attributes as a plain object. */
export interface Item {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly status: number;
  readonly scope: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly string[];
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface OtlpSink {
  readonly url: string;
  readonly spans: Item[];
  readonly logs: Item[];
  /** `path content-type` of every request. */
  readonly requests: string[];
  /** Status of the next answers; 200 when empty. 0 leaves the request without an answer. */
  readonly answers: number[];
  close(): Promise<void>;
}

type Raw = Readonly<Record<string, any>>; // oxlint-disable-line typescript/no-explicit-any

function plain(value: Raw): unknown {
  if ("intValue" in value) return Number(value.intValue);
  if ("arrayValue" in value) return value.arrayValue.values.map(plain);
  return Object.values(value)[0];
}

function record(attributes: readonly Raw[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function items(groups: readonly Raw[], scopes: string, list: string): Item[] {
  return groups.flatMap((group) =>
    group[scopes].flatMap((scope: Raw) =>
      scope[list].map((raw: Raw) => ({
        name: raw.name ?? raw.eventName,
        traceId: raw.traceId,
        spanId: raw.spanId,
        parentSpanId: raw.parentSpanId || undefined,
        status: raw.status?.code ?? 0,
        scope: scope.scope.name,
        attributes: record(raw.attributes),
        events: (raw.events ?? []).map((event: Raw) => event.name),
        resource: record(group.resource.attributes),
      })),
    ),
  );
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** An OTLP/HTTP receiver on a free port that decodes JSON bodies and keeps what came. */
export async function otlpSink(port = 0): Promise<OtlpSink> {
  const spans: Item[] = [];
  const logs: Item[] = [];
  const requests: string[] = [];
  const answers: number[] = [];
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await body(request);
    requests.push(`${request.url} ${request.headers["content-type"]}`);
    const status = answers.shift() ?? 200;
    if (status === 0) return;
    if (status === 200 && request.headers["content-type"] === "application/json") {
      const message = JSON.parse(text) as Raw;
      spans.push(...items(message["resourceSpans"] ?? [], "scopeSpans", "spans"));
      logs.push(...items(message["resourceLogs"] ?? [], "scopeLogs", "logRecords"));
    }
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  };
  const server: Server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    logs,
    requests,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
