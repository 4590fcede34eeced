import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import type { Signal } from "../otlp.ts";

const FILE = fileURLToPath(new URL("../fixtures/otlp.proto", import.meta.url));
const REQUESTS: Readonly<Record<Signal, string>> = {
  traces: "otlp.ExportTraceServiceRequest",
  logs: "otlp.ExportLogsServiceRequest",
  metrics: "otlp.ExportMetricsServiceRequest",
};

const written = protobuf.loadSync(FILE);
const raw = protobuf.loadSync(FILE);
// The oracle judges UTF-8 strictly and we replace, so its strings are read as the bytes that they are on the wire.
readStringsAsBytes(raw);

/** The request message of a signal, as the official files define it. */
function requestType(signal: Signal): protobuf.Type {
  return written.lookupType(REQUESTS[signal]);
}

/** The same message with every string as bytes. */
export function rawRequestType(signal: Signal): protobuf.Type {
  return raw.lookupType(REQUESTS[signal]);
}

/** An OTLP/JSON request, parsed, as protobuf. */
export function encodeProtobuf(signal: Signal, request: object): Uint8Array {
  const type = requestType(signal);
  return type.encode(type.fromObject(withBinaryIds(request) as Record<string, unknown>)).finish();
}

/** OTLP/JSON writes ids as hex where the JSON mapping of protobuf has base64. */
function withBinaryIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBinaryIds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === "string" && /^(?:trace|span|parentSpan)Id$/.test(key)
        ? Buffer.from(inner, "hex")
        : withBinaryIds(inner),
    ]),
  );
}

function readStringsAsBytes(namespace: protobuf.NamespaceBase): void {
  for (const member of namespace.nestedArray) {
    if (member instanceof protobuf.Type) {
      for (const field of member.fieldsArray) if (field.type === "string") field.type = "bytes";
    }
    if (member instanceof protobuf.Namespace) readStringsAsBytes(member);
  }
}
