/**
 * The bodies of answers, in the encoding of the request: ExportXServiceResponse and google.rpc.Status.
 * Source: OTLP 1.11.0; google/rpc/{status,error_details}.proto.
 */
import type { Encoding } from "../decode/otlp.ts";
import type { Accepted } from "./accept.ts";
import type { SignalRoute } from "./signals.ts";

/** Longest message in an answer, in bytes of UTF-8, far below the limit of 4 MiB for a response. */
const MAX_MESSAGE_BYTES = 1024;
const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";
const RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";
/** When a sender may come back: soon, because OTel JS gives a batch ten seconds in all. */
const RETRY_SECONDS = 1;

/** Codes of google.rpc.Code by HTTP status. */
const RPC_CODES: ReadonlyMap<number, number> = new Map([
  [400, 3],
  [401, 16],
  [403, 7],
  [404, 5],
  [405, 12],
  [408, 4],
  [413, 8],
  [415, 3],
  [421, 7],
  [429, 8],
  [431, 3],
  [503, 14],
  [504, 4],
]);
const RPC_UNKNOWN = 2;

/** The media type of an encoding. */
export function mediaType(encoding: Encoding): string {
  return encoding === "json" ? "application/json" : "application/x-protobuf";
}

/** The body of a 200. Partial success is set only when there is something to say. */
export function successBody(route: SignalRoute, encoding: Encoding, result: Accepted): Buffer {
  const { rejected, reasons } = result;
  const isPartial = rejected > 0 || reasons.length > 0;
  const message = shorten(reasons.join("; "));
  if (encoding === "json") {
    if (!isPartial) return Buffer.from("{}");
    const rejectedCount = rejected > 0 ? { [route.rejectedField]: String(rejected) } : {};
    return Buffer.from(JSON.stringify({ partialSuccess: { ...rejectedCount, errorMessage: message } }));
  }
  if (!isPartial) return Buffer.alloc(0);
  const count = rejected > 0 ? varintField(1, rejected) : Buffer.alloc(0);
  return bytesField(1, Buffer.concat([count, bytesField(2, Buffer.from(message))]));
}

/** The body of every other answer: a google.rpc.Status, for a 400 with a BadRequest that says what is wrong with the body. */
export function statusBody(httpStatus: number, encoding: Encoding, reason: string): Buffer {
  const code = RPC_CODES.get(httpStatus) ?? RPC_UNKNOWN;
  const message = shorten(reason);
  const violation = { field: "body", description: message };
  if (encoding === "json") {
    const details = httpStatus === 400 ? [{ "@type": BAD_REQUEST, fieldViolations: [violation] }] : [];
    return Buffer.from(JSON.stringify({ code, message, details }));
  }
  const parts = [varintField(1, code), bytesField(2, Buffer.from(message))];
  if (httpStatus === 400) {
    const fieldViolation = Buffer.concat([
      bytesField(1, Buffer.from(violation.field)),
      bytesField(2, Buffer.from(violation.description)),
    ]);
    const badRequest = bytesField(1, fieldViolation);
    parts.push(bytesField(3, Buffer.concat([bytesField(1, Buffer.from(BAD_REQUEST)), bytesField(2, badRequest)])));
  }
  return Buffer.concat(parts);
}

/** A google.rpc.Status with a RetryInfo: for gRPC, where only that tells a sender when to come back. */
export function retryStatus(code: number, reason: string): Buffer {
  const retryInfo = bytesField(1, varintField(1, RETRY_SECONDS));
  const detail = Buffer.concat([bytesField(1, Buffer.from(RETRY_INFO)), bytesField(2, retryInfo)]);
  return Buffer.concat([varintField(1, code), bytesField(2, Buffer.from(shorten(reason))), bytesField(3, detail)]);
}

/** Cuts a message to the limit without splitting a character. */
function shorten(text: string): string {
  const bytes = Buffer.from(text.toWellFormed());
  if (bytes.length <= MAX_MESSAGE_BYTES) return bytes.toString();
  let end = MAX_MESSAGE_BYTES - 3;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString("utf8", 0, end)}…`;
}

function varintField(field: number, value: number): Buffer {
  return Buffer.from([field << 3, ...varint(value)]);
}

function bytesField(field: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
