/** Bad requests as raw bytes on a socket of their own, so that nothing on our side repairs them. */
import { connect } from "node:net";
import { readAnswer } from "../load/connection.ts";

/** The first answer to bytes on a fresh connection; status 0 when it was closed without one. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: Buffer;
}

const ANSWER_MS = 20_000;
const NONE: RawAnswer = { status: 0, headers: "", body: Buffer.alloc(0) };

/** Sends bytes and waits for the first whole answer. */
export function sendRaw(port: number, parts: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let received: Buffer = Buffer.alloc(0);
    const finish = (answer: RawAnswer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(NONE), ANSWER_MS);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const answer = readAnswer(received);
      // A word on the way, not yet the answer.
      if (answer?.status === 100) received = Buffer.alloc(0);
      else if (answer !== undefined) finish(answer);
    });
    socket.on("error", () => finish(NONE));
    socket.on("close", () => finish(NONE));
    for (const part of parts) socket.write(part);
  });
}

/** What a request consists of. Headers replace or (when undefined) remove the usual ones. */
export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** The bytes of a request that is well formed as HTTP. */
export function encodeRequest(port: number, request: RawRequest): readonly (string | Uint8Array)[] {
  const headers: Record<string, string | undefined> = {
    host: `127.0.0.1:${port}`,
    "content-type": "application/x-protobuf",
    "content-length": String(request.body.length),
    ...request.headers,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  const head = [`${request.method ?? "POST"} ${request.path ?? "/v1/traces"} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  return [head, request.body];
}
