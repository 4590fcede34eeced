/** Protobuf by hand, also wrong protobuf. */
import { createHash } from "node:crypto";

/** A varint. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

/** A field with a length. */
export function lengthField(field: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

/** A varint field. */
export function varintField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A fixed64 field. */
export function fixed64Field(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}

/** An attribute with an encoded AnyValue. */
export function attribute(key: string | Uint8Array, value: Uint8Array, field = 9): Buffer {
  return lengthField(field, lengthField(1, typeof key === "string" ? Buffer.from(key) : key), lengthField(2, value));
}

/** An AnyValue with a text, which may be no UTF-8. */
export function textValue(text: string | Uint8Array): Buffer {
  return lengthField(1, typeof text === "string" ? Buffer.from(text) : text);
}

/** A request of one span: its fields, by default with valid ids and times. */
export function traceRequest(
  spanParts: readonly Uint8Array[],
  ids: { readonly trace?: Uint8Array; readonly span?: Uint8Array } = {},
): Buffer {
  const now = BigInt(Date.now()) * 1_000_000n;
  // Spans that say different things are different spans, so that each is stored.
  const content = createHash("sha256").update(Buffer.concat(spanParts)).digest();
  const trace = ids.trace ?? content.subarray(0, 16);
  const span = ids.span ?? content.subarray(16, 24);
  const head = [lengthField(1, trace), lengthField(2, span), lengthField(5, Buffer.from("bad input"))];
  return lengthField(
    1,
    lengthField(2, lengthField(2, ...head, fixed64Field(7, now), fixed64Field(8, now + 1n), ...spanParts)),
  );
}
