/**
 * Texts as DuckDB wants them: a 16-byte header each, which holds up to 12 bytes itself and else points to the bytes.
 * A text that comes again (attribute keys, models, ids of traces and runs) is encoded once, and its header is repeated.
 * Bytes are handed over in blocks, as values of a vector of our own that stays as long as any header points into it.
 * Layout of headers: `duckdb_string_t` in duckdb.h.
 */
import { BLOB, DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";

const INLINE_BYTES = 12;
/** Longer texts hardly ever come again. */
const MAX_SHARED_LENGTH = 128;
/** Up to here a loop over the characters is faster than the encoder. */
const MAX_LOOP_LENGTH = 48;
const FIRST_TEXTS = 1 << 14;
/** Texts and blocks after which everything is forgotten before the next chunk. */
const MAX_TEXTS = 1 << 15;
const MAX_BLOCKS = duckdb.vector_size() / 2;
const FIRST_BYTES = 1 << 16;
/** A block that was needed for huge texts is not kept. */
const MAX_KEPT_BYTES = 1 << 22;
const WORD = 2 ** 32;

/** The number of the empty text. */
const EMPTY = 0;

/** Numbers texts, and has the header of each number. */
export class TextArena {
  /** Four words for every number. Those of texts that came since the last `flush` are not whole yet. */
  headers: Int32Array = new Int32Array(FIRST_TEXTS * 4);
  #headerBytes = new Uint8Array(this.headers.buffer);
  #count = 1;
  readonly #numbers = new Map<string, number>();
  /** Encoded bytes that are not handed over. */
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #used = 0;
  /** Numbers of the texts in `#bytes`, in order. */
  readonly #waiting: number[] = [];
  readonly #chunk = DuckDBDataChunk.create([BLOB]);
  #blocks = 0;
  #brokenTexts = 0;

  /** Whether a text with half a surrogate pair is here: it was stored with U+FFFD instead. */
  get hasBrokenTexts(): boolean {
    return this.#brokenTexts > 0;
  }

  /** The number of a text. */
  add(text: string): number {
    if (text.length > MAX_SHARED_LENGTH) return this.addUnshared(text);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.addUnshared(text);
    this.#numbers.set(text, number);
    return number;
  }

  /** The number of a text that will not come again, such as an id. */
  addUnshared(text: string): number {
    if (text.length === 0) return EMPTY;
    const number = this.#count++;
    if (number * 4 >= this.headers.length) this.#grow();
    const start = this.#used;
    const length = this.#encode(text);
    const bytes = this.#bytes;
    const header = number * 16;
    this.headers.fill(0, number * 4, number * 4 + 4);
    this.headers[number * 4] = length;
    const shown = length <= INLINE_BYTES ? length : 4;
    for (let at = 0; at < shown; at++) this.#headerBytes[header + 4 + at] = bytes[start + at] as number;
    if (length <= INLINE_BYTES) return number;
    this.headers[number * 4 + 2] = start;
    this.#used = start + length;
    this.#waiting.push(number);
    return number;
  }

  /** Hands over the bytes of all texts that came since the last time; then every header is whole. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const vector = duckdb.data_chunk_get_vector(this.#chunk.chunk, 0);
    const block = this.#blocks++;
    duckdb.vector_assign_string_element_len(vector, block, this.#bytes.subarray(0, this.#used));
    const { buffer, byteOffset } = duckdb.vector_get_data(vector, (block + 1) * 16);
    const address = new DataView(buffer, byteOffset + block * 16 + 8, 8);
    const low = address.getUint32(0, true);
    const high = address.getUint32(4, true);
    for (const number of this.#waiting) {
      const place = low + (this.headers[number * 4 + 2] as number);
      this.headers[number * 4 + 2] = place;
      this.headers[number * 4 + 3] = place < WORD ? high : high + 1;
    }
    this.#waiting.length = 0;
    this.#used = 0;
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  /** Forgets everything when it has become much. Only between chunks: no header may be in use. */
  recycle(): void {
    if (this.#count <= MAX_TEXTS && this.#blocks <= MAX_BLOCKS) return;
    this.#numbers.clear();
    this.#count = 1;
    this.#waiting.length = 0;
    this.#used = 0;
    this.#brokenTexts = 0;
    this.#blocks = 0;
    this.#chunk.reset();
  }

  /** Encodes a text behind what is used; answers its length in bytes. */
  #encode(text: string): number {
    const start = this.#used;
    const needed = start + text.length * 3;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    const bytes = this.#bytes;
    if (text.length <= MAX_LOOP_LENGTH) {
      let at = 0;
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code > 0x7f) break;
        bytes[start + at] = code;
      }
      if (at === text.length) return at;
    }
    if (!text.isWellFormed()) this.#brokenTexts++;
    // Half a surrogate pair is written as U+FFFD.
    return bytes.write(text, start, "utf8");
  }

  #grow(): void {
    const larger = new Int32Array(this.headers.length * 2);
    larger.set(this.headers);
    this.headers = larger;
    this.#headerBytes = new Uint8Array(larger.buffer);
  }
}
