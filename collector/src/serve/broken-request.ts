/** Requests that Node's HTTP parser gives up on: there is no request to answer, only a connection. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { PhasewiseError } from "../errors.ts";
import { toProblem } from "./problem.ts";

/** Answers on the connection with a problem document and closes it. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  // Where an answer is under way already, a second one would be read as part of it.
  if (error.code === "ECONNRESET" || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const problem = toProblem(problemOf(error));
  const body = JSON.stringify(problem);
  socket.write(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
  // The other side need not close its half: what is written still goes out, then the connection is gone.
  socket.destroySoon();
}

function problemOf(error: Error & { readonly code?: string }): PhasewiseError {
  switch (error.code) {
    case "HPE_INVALID_METHOD":
      return new PhasewiseError(
        "METHOD_NOT_ALLOWED",
        "Expected GET or POST over plain HTTP, got a method that HTTP does not know.",
      );
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new PhasewiseError("BODY_TOO_SLOW", "The request did not arrive whole in time.");
    case "HPE_HEADER_OVERFLOW":
      return new PhasewiseError("REQUEST_INVALID", "Expected at most 16 KiB of headers, address included; got more.");
    default:
      return new PhasewiseError("REQUEST_INVALID", `Expected an HTTP/1.1 request; the parser says: ${error.message}.`);
  }
}
