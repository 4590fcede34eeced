import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What a test server saw. */
interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A real HTTP server on a free port that answers as the test says. */
export interface FakeCollector {
  readonly url: string;
  readonly seen: SeenRequest[];
}

type Answer = (request: SeenRequest) => { readonly status?: number; readonly body: string; readonly date?: string };

/** Starts it for the running test. */
export async function startFakeCollector(answer: Answer): Promise<FakeCollector> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void respond(request, response, seen, answer);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  seen: SeenRequest[],
  answer: Answer,
): Promise<void> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const one = {
    method: request.method ?? "",
    url: request.url ?? "",
    authorization: request.headers.authorization,
    body,
  };
  seen.push(one);
  const { status = 200, body: text, date } = answer(one);
  if (date !== undefined) response.setHeader("date", date);
  response.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" });
  response.end(text);
}
