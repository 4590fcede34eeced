/** Checks that the body of an answer is what OTLP 1.11 asks for: a google.rpc.Status in the encoding of the request. */
import type { RawAnswer } from "./request.ts";

/** What is wrong with the body, or undefined. */
export function problemWithBody(answer: RawAnswer): string | undefined {
  const type = /^content-type: *([^\r\n;]+)/im.exec(answer.headers)?.[1]?.trim();
  if (answer.status === 200) return undefined;
  if (type === "application/json") return problemWithJson(answer.body);
  if (type === "application/x-protobuf") return problemWithProtobuf(answer.body);
  return `expected the type of a Status, got ${type ?? "none"}`;
}

function problemWithJson(body: Buffer): string | undefined {
  try {
    const status = JSON.parse(body.toString()) as { readonly code?: unknown; readonly message?: unknown };
    if (
      typeof status.code === "number" &&
      status.code > 0 &&
      typeof status.message === "string" &&
      status.message !== ""
    ) {
      return undefined;
    }
    return `expected a Status with code and message, got ${body.toString().slice(0, 100)}`;
  } catch {
    return `expected a Status in JSON, got ${body.toString().slice(0, 100)}`;
  }
}

/** Field 1 is the code, a varint below 17; field 2 the message. */
function problemWithProtobuf(body: Buffer): string | undefined {
  const [codeTag, code = 0, messageTag, length = 0] = body;
  if (codeTag === 0x08 && code > 0 && code < 17 && messageTag === 0x12 && length > 0) return undefined;
  return `expected a Status in protobuf, got ${body.toString("hex").slice(0, 60)}`;
}
