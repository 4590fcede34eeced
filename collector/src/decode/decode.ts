import { decodeJson } from "./json.ts";
import type { DecodedRequest, Encoding, Signal } from "./otlp.ts";
import { decodeProtobuf } from "./protobuf.ts";

/**
 * A request body, decompressed, as OTLP 1.11 messages. Items that break a rule are left out and counted in `rejected`;
 * a body that is no such message throws BODY_UNDECODABLE with the position and the reason. An empty body is an empty request.
 */
export function decode(signal: Signal, encoding: Encoding, body: Uint8Array): DecodedRequest {
  return encoding === "protobuf" ? decodeProtobuf(signal, body) : decodeJson(signal, body);
}
