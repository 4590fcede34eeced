import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { statusBody } from "./answers.ts";
import type { OnRefused } from "./refusal.ts";

const STATUSES: ReadonlyMap<string | undefined, number> = new Map([
  ["HPE_HEADER_OVERFLOW", 431],
  ["ERR_HTTP_REQUEST_TIMEOUT", 408],
]);

const REASONS: ReadonlyMap<string | undefined, Parameters<OnRefused>[0]> = new Map([
  ["ERR_HTTP_REQUEST_TIMEOUT", "BODY_TOO_SLOW"],
  ["ECONNRESET", "CUT_OFF"],
  ["HPE_INVALID_EOF_STATE", "CUT_OFF"],
]);

/** Connections that are given up: what still comes in on them is the rest of what was answered. */
const answered = new WeakSet<Socket>();

/** Whether a connection was given up here, so that its request was refused and counted. */
export function isGivenUp(socket: Socket): boolean {
  return answered.has(socket);
}

/** Answers what is not HTTP, or did not arrive in time, as far as the connection still can, and closes it. */
export function answerBrokenRequest(
  error: Error & { readonly code?: string },
  socket: Socket,
  onRefused: OnRefused,
): void {
  const isAnswered = answered.has(socket);
  answered.add(socket);
  if (!isAnswered) onRefused(REASONS.get(error.code) ?? "NOT_HTTP", error);
  if (isAnswered || error.code === "ECONNRESET" || !socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  const status = STATUSES.get(error.code) ?? 400;
  const reason =
    status === 408 ? "The request did not arrive whole in time." : `The request is not HTTP: ${error.message}.`;
  const body = statusBody(status, "json", reason);
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body.toString()}`,
  );
  // The other side need not close its half: what is written still goes out, then the connection is gone.
  socket.destroySoon();
}
