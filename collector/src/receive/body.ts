/** Reads a request body whole: content type, content encoding, and never more bytes than allowed, compressed or not. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { type ZstdDecompress, constants, gunzip, zstdDecompress } from "node:zlib";
import type { Encoding } from "../decode/otlp.ts";
import { PhasewiseError, isPhasewiseError } from "../errors.ts";

const gunzipWhole = promisify(gunzip);

/** What can be undone, for the answer to a request that uses something else. */
export const CONTENT_ENCODINGS = "gzip, zstd, identity";

/** The largest zstd window, as a power of two: what a decompressor must hold in memory whatever the body's size. */
const ZSTD_WINDOW_LOG = 23;

/** A body has one frame, or a few that were joined; thousands of empty ones are an attack on our time. */
const MAX_ZSTD_FRAMES = 256;

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

/** The body, decompressed. Throws ENCODING_UNSUPPORTED, BODY_TOO_LARGE or BODY_CORRUPT. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const coding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const decompress = DECOMPRESSORS.get(coding);
  if (decompress === undefined) {
    throw new PhasewiseError(
      "ENCODING_UNSUPPORTED",
      `Expected Content-Encoding ${CONTENT_ENCODINGS} or none, got ${quote(coding)}.`,
    );
  }
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const sent = await readSent(request, maxBytes);
  if (sent.length === 0) return sent;
  try {
    return await decompress(sent, maxBytes);
  } catch (cause) {
    if (isPhasewiseError(cause)) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PhasewiseError("BODY_CORRUPT", `The body is not what Content-Encoding ${coding} promises: ${reason}.`, {
      cause,
    });
  }
}

type Decompress = (sent: Buffer, maxOutputLength: number) => Promise<Uint8Array>;

const inflate: Decompress = (sent, maxOutputLength) => gunzipWhole(sent, { maxOutputLength });
/** Node undoes the first frame and passes over the rest, which would lose data silently: so frame by frame. */
async function zstdFrames(sent: Buffer, maxOutputLength: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let rest = sent;
  let bytes = 0;
  while (rest.length > 0) {
    if (parts.length === MAX_ZSTD_FRAMES) throw new Error(`expected at most ${MAX_ZSTD_FRAMES} frames`);
    if (bytes === maxOutputLength) throw tooLarge(maxOutputLength);
    const frame = await zstdFrame(rest, maxOutputLength - bytes);
    parts.push(frame.bytes);
    bytes += frame.bytes.length;
    rest = rest.subarray(frame.consumed);
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, bytes);
}

function zstdFrame(sent: Buffer, maxOutputLength: number): Promise<{ bytes: Buffer; consumed: number }> {
  const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG };
  return new Promise((resolve, reject) => {
    zstdDecompress(sent, { maxOutputLength, params, info: true }, (error, result) => {
      if (error !== null) {
        reject(error);
        return;
      }
      // With `info` the answer is the bytes together with the stream that made them.
      const { buffer, engine } = result as unknown as { readonly buffer: Buffer; readonly engine: ZstdDecompress };
      if (engine.bytesWritten > 0) resolve({ bytes: buffer, consumed: engine.bytesWritten });
      else reject(new Error("no frame begins here"));
    });
  });
}

const asItIs: Decompress = (sent) => Promise.resolve(sent);
const DECOMPRESSORS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ["", asItIs],
  ["identity", asItIs],
  ["gzip", inflate],
  ["x-gzip", inflate],
  ["zstd", zstdFrames],
]);

async function readSent(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // An answer must still reach the sender of a body that is not read to its end: the socket is left alone, and the rest
  // is read past, which the server's request timeout bounds.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      setImmediate(() => request.resume());
      throw tooLarge(maxBytes);
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes);
}

function tooLarge(maxBytes: number): PhasewiseError {
  return new PhasewiseError(
    "BODY_TOO_LARGE",
    `Expected at most ${maxBytes} bytes after decompression, got more. Send smaller batches, or raise PHASEWISE_MAX_BODY_BYTES.`,
  );
}

function quote(text: string | undefined): string {
  return text === undefined ? "none" : JSON.stringify(text.slice(0, 100));
}
