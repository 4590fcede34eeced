/** OTLP/JSON: the JSON mapping of protobuf with the changes of the OTLP specification, 1.11.0, and what senders make of it. */
import { newTally } from "./check-item.ts";
import { tooDeepAt } from "./json/depth.ts";
import { type Context, type JsonObject, isObject } from "./json/fields.ts";
import { readLogs } from "./json/logs.ts";
import { readMetrics } from "./json/metrics.ts";
import { readTraces } from "./json/trace.ts";
import { syntaxErrorAt } from "./json/syntax.ts";
import { MAX_JSON_DEPTH } from "./limits.ts";
import type { DecodedRequest, Signal } from "./otlp.ts";
import { undecodable } from "./undecodable.ts";

/** Decodes a request body in JSON, UTF-8 or text. Throws BODY_UNDECODABLE when it is not a request at all. */
export function decodeJson(signal: Signal, body: Uint8Array | string): DecodedRequest {
  const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.length);
  const deep = tooDeepAt(bytes);
  if (deep >= 0) throw undecodable(`byte ${deep}`, `the JSON has more than ${MAX_JSON_DEPTH} levels`);
  const request = parse(bytes.length === 0 ? "{}" : bytes.toString("utf8"));
  const context: Context = { tally: newTally(), problem: undefined };
  const envelopes = readSignal(signal, context, request);
  const { accepted, rejected, reasons } = context.tally;
  return { ...envelopes, accepted, rejected, reasons: [...reasons] };
}

type Envelopes = DecodedRequest extends infer Request
  ? Request extends DecodedRequest
    ? Pick<Request, "signal" | "envelopes">
    : never
  : never;

function readSignal(signal: Signal, context: Context, request: JsonObject): Envelopes {
  switch (signal) {
    case "traces":
      return { signal, envelopes: readTraces(context, request) };
    case "logs":
      return { signal, envelopes: readLogs(context, request) };
    default:
      return { signal, envelopes: readMetrics(context, request) };
  }
}

function parse(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { position, expected } = syntaxErrorAt(text);
    throw undecodable(`character ${position}`, `the body is not JSON: expected ${expected}`);
  }
  if (!isObject(value)) throw undecodable("character 0", "expected a JSON object");
  return value;
}
