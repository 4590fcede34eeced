/**
 * The protobuf wire format: https://protobuf.dev/programming-guides/encoding.
 * One reader walks one body; `end` is the end of the message that is being read. Nothing is read beyond it.
 */
import { MAX_GROUP_DEPTH } from "../limits.ts";
import { undecodable } from "../undecodable.ts";
import { internText } from "./text.ts";

/** Wire type of a varint. */
export const VARINT = 0;
/** Wire type of eight bytes, little-endian. */
export const FIXED64 = 1;
/** Wire type of a length and that many bytes: text, bytes, messages, packed numbers. */
export const BYTES = 2;
const START_GROUP = 3;
const END_GROUP = 4;
/** Wire type of four bytes, little-endian. */
export const FIXED32 = 5;

/** The tag of a field: its number and its wire type. */
export type Tag = number;

/** Numbers of the fields that a message has, as a bit set: 31 is the highest that OTLP uses by far. */
export function fieldSet(...numbers: readonly number[]): number {
  return numbers.reduce((set, number) => set | (1 << number), 0);
}

/** Reads one body from start to end; every method throws BODY_UNDECODABLE with the offset where it stopped. */
export class Reader {
  readonly bytes: Buffer;
  private readonly view: DataView;
  position = 0;
  end: number;
  /** The two halves of the varint read last. */
  private low = 0;
  private high = 0;

  constructor(body: Uint8Array) {
    this.bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    this.end = body.byteLength;
  }

  /** The error for this place. */
  fail(reason: string): Error {
    return undecodable(`byte ${this.position}`, reason);
  }

  /** Whether the current message has another field. */
  more(): boolean {
    return this.position < this.end;
  }

  /** The next field's tag. */
  tag(): Tag {
    if (this.position < this.end) {
      const byte = this.bytes[this.position] as number;
      if (byte < 0x80 && byte > 7) {
        this.position++;
        return byte;
      }
    }
    const start = this.position;
    this.varint();
    if (this.high !== 0 || this.low >>> 3 === 0) {
      this.position = start;
      throw this.fail("expected a field number from 1 to 536870911");
    }
    return this.low;
  }

  /** Starts a nested message: its end becomes the end. Give the answer to `leave`. */
  enter(): number {
    const outer = this.end;
    const length = this.length();
    this.end = this.position + length;
    return outer;
  }

  /** Ends a nested message. */
  leave(outer: number): void {
    this.end = outer;
  }

  /** The length of what follows, within the current message. */
  length(): number {
    if (this.position < this.end) {
      const byte = this.bytes[this.position] as number;
      if (byte < 0x80) {
        this.position++;
        if (byte > this.end - this.position) throw this.tooLong(byte);
        return byte;
      }
    }
    this.varint();
    const length = this.high * 0x1_0000_0000 + this.low;
    if (length > this.end - this.position) throw this.tooLong(length);
    return length;
  }

  private tooLong(length: number): Error {
    return this.fail(
      `expected at most ${this.end - this.position} more bytes in the message, got a length of ${length}`,
    );
  }

  private varint(): void {
    const bytes = this.bytes;
    const start = this.position;
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      if (this.position >= this.end) throw this.fail("the message ends within a number");
      const byte = bytes[this.position++] as number;
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * index - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    this.position = start;
    throw this.fail("expected a number of at most 10 bytes");
  }

  /** uint32: the low half, as protobuf has it. */
  uint32(): number {
    this.varint();
    return this.low;
  }

  /** int32 and enums: the low half, signed. */
  int32(): number {
    this.varint();
    return this.low | 0;
  }

  /** sint32: zigzag. */
  sint32(): number {
    this.varint();
    return (this.low >>> 1) ^ -(this.low & 1);
  }

  bool(): boolean {
    this.varint();
    return (this.low | this.high) !== 0;
  }

  uint64(): bigint {
    this.varint();
    return this.high === 0 ? BigInt(this.low) : (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  int64(): bigint {
    this.varint();
    return this.high === 0 ? BigInt(this.low) : (BigInt(this.high | 0) << 32n) | BigInt(this.low);
  }

  fixed32(): number {
    return this.view.getUint32(this.step(4), true);
  }

  fixed64(): bigint {
    return this.view.getBigUint64(this.step(8), true);
  }

  sfixed64(): bigint {
    return this.view.getBigInt64(this.step(8), true);
  }

  double(): number {
    return this.view.getFloat64(this.step(8), true);
  }

  /** Text; what is not UTF-8 becomes U+FFFD. */
  text(): string {
    const length = this.length();
    const start = this.position;
    this.position = start + length;
    return internText(this.bytes, this.view, start, this.position);
  }

  /** A copy of the bytes, so that a small value does not keep the whole body in memory. */
  copy(): Uint8Array {
    const length = this.length();
    const start = this.position;
    this.position = start + length;
    return new Uint8Array(this.bytes.subarray(start, this.position));
  }

  /** Bytes as lower-case hex. */
  hex(): string {
    const length = this.length();
    const start = this.position;
    this.position = start + length;
    return length === 0 ? "" : this.bytes.toString("hex", start, this.position);
  }

  private step(size: number): number {
    const start = this.position;
    if (size > this.end - start) throw this.fail(`expected ${size} more bytes in the message, got ${this.end - start}`);
    this.position = start + size;
    return start;
  }

  /** Reads a repeated number, packed or not, into `values`. */
  repeated<Value>(tag: Tag, readValue: (reader: Reader) => Value, values: Value[]): void {
    if ((tag & 7) !== BYTES) {
      values.push(readValue(this));
      return;
    }
    const outer = this.enter();
    while (this.position < this.end) values.push(readValue(this));
    this.leave(outer);
  }

  /** Skips a field that the message does not know. A known number with another wire type is a broken body. */
  skip(tag: Tag, known: number): void {
    const field = tag >>> 3;
    if (field < 32 && (known >>> field) & 1) {
      throw this.fail(`expected another wire type for field ${field}, got ${tag & 7}`);
    }
    this.skipValue(tag, 0);
  }

  private skipValue(tag: Tag, depth: number): void {
    switch (tag & 7) {
      case VARINT:
        return this.varint();
      case FIXED64:
        this.step(8);
        return;
      case BYTES: {
        const length = this.length();
        this.position += length;
        return;
      }
      case START_GROUP:
        return this.skipGroup(tag >>> 3, depth + 1);
      case FIXED32:
        this.step(4);
        return;
      default:
        throw this.fail(`expected a wire type from 0 to 5 in its place, got ${tag & 7}`);
    }
  }

  private skipGroup(field: number, depth: number): void {
    if (depth > MAX_GROUP_DEPTH) throw this.fail(`groups nest more than ${MAX_GROUP_DEPTH} levels`);
    for (;;) {
      const tag = this.tag();
      if ((tag & 7) !== END_GROUP) this.skipValue(tag, depth);
      else if (tag >>> 3 === field) return;
      else throw this.fail(`expected the end of group ${field}, got that of ${tag >>> 3}`);
    }
  }
}
