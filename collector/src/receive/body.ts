/** Reads a request body whole: content type, content encoding, and never more bytes than allowed, compressed or not. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Encoding } from "../decode/otlp.ts";
import { PhasewiseError, isPhasewiseError } from "../errors.ts";
import type { Ticket } from "./admission.ts";
import { ByteSink, tooLarge } from "./byte-sink.ts";
import { CONTENT_ENCODINGS, DECOMPRESSORS, type Decompress } from "./decompress.ts";

/** The encoding that a Content-Type names, or undefined. Parameters mean nothing, but a charset must be UTF-8. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const [type = "", ...parameters] = (contentType ?? "").split(";").map((part) => part.trim().toLowerCase());
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=", 2).map((part) => part.trim());
    if (name === "charset" && value.replace(/^"(.*)"$/, "$1") !== "utf-8") return undefined;
  }
  if (type === "application/json") return "json";
  return type === "application/x-protobuf" ? "protobuf" : undefined;
}

/** The encoding that a Content-Type names; throws CONTENT_TYPE_UNSUPPORTED for any other type. */
export function requireEncoding(headers: IncomingHttpHeaders): Encoding {
  const encoding = encodingOf(headers["content-type"]);
  if (encoding !== undefined) return encoding;
  throw new PhasewiseError(
    "CONTENT_TYPE_UNSUPPORTED",
    `Expected Content-Type application/x-protobuf or application/json (UTF-8), got ${quote(headers["content-type"])}.`,
  );
}

/** What the headers say of a body. */
export interface AnnouncedBody {
  /** 0 when it comes in chunks. */
  readonly contentLength: number;
  /** Name of the content encoding, in lower case. */
  readonly coding: string;
  /** Undefined when there is nothing to undo. */
  readonly decompress: Decompress | undefined;
}

/** Checks what the headers announce before anything is read. Throws ENCODING_UNSUPPORTED or BODY_TOO_LARGE. */
export function announcedBody(headers: IncomingHttpHeaders, maxBytes: number): AnnouncedBody {
  const coding = (headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const decompress = DECOMPRESSORS.get(coding);
  if (decompress === undefined && coding !== "identity" && coding !== "") {
    throw new PhasewiseError(
      "ENCODING_UNSUPPORTED",
      `Expected Content-Encoding ${CONTENT_ENCODINGS} or none, got ${quote(coding)}.`,
    );
  }
  const contentLength = Number(headers["content-length"] ?? 0);
  if (contentLength > maxBytes) throw tooLarge(maxBytes);
  return { contentLength, coding, decompress };
}

/** The body, decompressed. Throws BODY_TOO_LARGE, BODY_CORRUPT, or what the ticket throws when there is no room. */
export async function readBody(
  request: IncomingMessage,
  announced: AnnouncedBody,
  maxBytes: number,
  ticket: Ticket,
): Promise<Uint8Array> {
  const { contentLength, coding, decompress } = announced;
  const sent = await readSent(request, new ByteSink({ maxBytes, grow: ticket.grow }, contentLength));
  if (sent.length === 0 || decompress === undefined) return sent;
  try {
    const body = await decompress(sent, { maxBytes, grow: ticket.grow });
    ticket.shrink(sent.length);
    return body;
  } catch (cause) {
    if (isPhasewiseError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PhasewiseError("BODY_CORRUPT", `The body is not what Content-Encoding ${coding} promises: ${reason}.`, {
      cause,
    });
  }
}

async function readSent(request: IncomingMessage, sink: ByteSink): Promise<Buffer> {
  try {
    // An answer must still reach the sender of a body that is not read to its end: the socket is left alone, and the
    // rest is read past, which the server's request timeout bounds.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) sink.add(chunk);
  } catch (error) {
    setImmediate(() => request.resume());
    throw error;
  }
  return sink.bytes();
}

function quote(text: string | undefined): string {
  return text === undefined ? "none" : JSON.stringify(text.slice(0, 100));
}
