/** Requests below the level of `fetch`: slow ones, unfinished ones, and such from another loopback address. */
import { connect, type Socket } from "node:net";
import { request } from "node:http";

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly ms: number;
}

/** Posts a body, from a local address if one is given. Rejects when the connection breaks. */
export function postFrom(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | string,
  localAddress?: string,
): Promise<RawAnswer> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: "POST", headers, ...(localAddress !== undefined && { localAddress }) },
      (got) => {
        const chunks: Buffer[] = [];
        got.on("data", (chunk: Buffer) => chunks.push(chunk));
        got.on("error", reject);
        got.on("end", () => {
          const ms = performance.now() - began;
          resolve({ status: got.statusCode ?? 0, headers: got.headers, body: Buffer.concat(chunks), ms });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A connection on which a test says itself what is written and when. */
export interface RawConnection {
  readonly socket: Socket;
  /** Everything that came back so far. */
  received(): string;
  /** Resolves when the other side has closed it, with the time since it was opened. */
  readonly closed: Promise<number>;
}

/** Opens a connection. */
export async function openRaw(port: number, localAddress?: string): Promise<RawConnection> {
  const began = performance.now();
  const socket = connect({ port, host: "127.0.0.1", ...(localAddress !== undefined && { localAddress }) });
  let received = "";
  socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  const closed = new Promise<number>((resolve) => socket.once("close", () => resolve(performance.now() - began)));
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  return { socket, received: () => received, closed };
}

/** Head of a POST of JSON to `/v1/traces`. */
export function postHead(headers: string): string {
  return `POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`;
}
