import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { ComposedMessage } from "./message.ts";
import type { ErrorType, MessageReply } from "./reply.ts";
import { streamedOutputTokens, toFrame, toStreamEvents, type WireEvent } from "./stream-events.ts";

/** How an answer went: to its end or not, and how much of the output had been sent. */
export interface Sent {
  readonly ended: "whole" | "broken" | "left";
  readonly outputTokens: number;
}

/** Sends an error in the API's shape. */
export function sendError(
  response: ServerResponse,
  failure: { readonly status: number; readonly errorType: ErrorType; readonly message: string },
  requestId: string,
): void {
  sendJson(response, failure.status, {
    type: "error",
    error: { type: failure.errorType, message: failure.message },
    request_id: requestId,
  });
}

/** Sends a JSON document. */
export function sendJson(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(document));
}

/** Sends a message as one JSON document. An early end breaks it in the middle. */
export async function sendWhole(
  response: ServerResponse,
  composed: ComposedMessage,
  reply: MessageReply,
): Promise<Sent> {
  if (!(await wait(response, reply.firstByteMs))) return { ended: "left", outputTokens: 0 };
  const body = JSON.stringify(composed.message);
  if (reply.earlyEnd === undefined) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(body);
    return { ended: "whole", outputTokens: composed.charge.outputTokens };
  }
  const half = body.slice(0, Math.ceil(body.length / 2));
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  await writeAll(response, half);
  if (reply.earlyEnd.how === "hang") await untilClosed(response);
  else response.destroy();
  return { ended: "broken", outputTokens: composed.charge.outputTokens };
}

/** Sends a message as a stream of events. */
export async function sendStream(
  response: ServerResponse,
  composed: ComposedMessage,
  reply: MessageReply,
): Promise<Sent> {
  const events = toStreamEvents(composed.message, composed.charge, {
    splitCacheWrites: reply.splitCacheWrites ?? true,
  });
  const limit = reply.earlyEnd?.afterEvents ?? events.length;
  let sent = 0;
  const left = (): Sent => ({ ended: "left", outputTokens: streamedOutputTokens(events, sent, composed.charge) });

  if (!(await wait(response, reply.firstByteMs))) return left();
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  for (const event of events.slice(0, limit)) {
    if (sent > 0 && !(await wait(response, reply.eventMs))) return left();
    if (!(await writeAll(response, toFrame(event)))) return left();
    sent += 1;
  }
  if (sent < events.length) {
    await endEarly(response, reply);
    return { ...left(), ended: "broken" };
  }
  response.end();
  return { ended: "whole", outputTokens: composed.charge.outputTokens };
}

async function endEarly(response: ServerResponse, reply: MessageReply): Promise<void> {
  switch (reply.earlyEnd?.how) {
    case "cut":
      response.destroy();
      return;
    case "hang":
      await untilClosed(response);
      return;
    case "error": {
      const errorType = reply.earlyEnd.errorType ?? "overloaded_error";
      const message = "The double breaks off, as it was asked to.";
      const event: WireEvent = { type: "error", error: { type: errorType, message } };
      response.end(toFrame(event));
      return;
    }
    default:
      response.end();
  }
}

/** Resolves when the client, or `stop()`, has closed the connection. */
export function untilClosed(response: ServerResponse): Promise<void> {
  if (response.closed || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    response.once("close", () => {
      resolve();
    });
  });
}

/** False when the client left meanwhile. */
async function wait(response: ServerResponse, delayMs: number | undefined): Promise<boolean> {
  if (delayMs === undefined || delayMs <= 0) return !response.destroyed;
  const left = new AbortController();
  const leave = (): void => {
    left.abort();
  };
  response.once("close", leave);
  // The rejection of an aborted sleep says no more than `destroyed` does.
  await sleep(delayMs, undefined, { signal: left.signal }).catch(() => {});
  response.off("close", leave);
  return !response.destroyed;
}

/** False when the client left meanwhile. */
function writeAll(response: ServerResponse, chunk: string): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    response.write(chunk, (failure) => {
      resolve(failure === null || failure === undefined);
    });
  });
}
