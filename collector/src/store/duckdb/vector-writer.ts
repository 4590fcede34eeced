/**
 * Lays whole columns out in memory of its own and copies each into its vector at once. The memory is used again for
 * every column, so that writing makes next to no garbage.
 */
import duckdb from "@duckdb/node-bindings";
import { TextArena } from "./text-arena.ts";

export type Vector = duckdb.Vector;

/** A text that is not there, in `texts`. */
export const NO_TEXT = -1;

/** Writes vectors, one column after the other. */
export class VectorWriter {
  readonly arena: TextArena = new TextArena();
  /** Texts of the column that is being laid out: numbers of the arena, or `NO_TEXT`. */
  texts: Int32Array = new Int32Array(0);
  /** Views of one memory, in which the values of a column are laid out. */
  bytes: Uint8Array = new Uint8Array(0);
  words: Uint32Array = new Uint32Array(0);
  signedWords: Int32Array = new Int32Array(0);
  doubles: Float64Array = new Float64Array(0);
  longs: BigInt64Array = new BigInt64Array(0);
  unsignedLongs: BigUint64Array = new BigUint64Array(0);
  #memory = new ArrayBuffer(0);
  #validity: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #hasNulls = false;

  constructor() {
    this.reserve(duckdb.vector_size());
  }

  /** Makes room for so many values of up to 16 bytes each. What was laid out before is lost. */
  reserve(count: number): void {
    if (count <= this.texts.length) return;
    const capacity = 2 ** Math.ceil(Math.log2(count));
    this.texts = new Int32Array(capacity);
    this.#validity = new Uint8Array(Math.ceil(capacity / 64) * 8);
    this.#memory = new ArrayBuffer(capacity * 16);
    this.bytes = new Uint8Array(this.#memory);
    this.words = new Uint32Array(this.#memory);
    this.signedWords = new Int32Array(this.#memory);
    this.doubles = new Float64Array(this.#memory);
    this.longs = new BigInt64Array(this.#memory);
    this.unsignedLongs = new BigUint64Array(this.#memory);
  }

  /** Makes the value at the index of the column that is being laid out NULL. */
  setNull(index: number): void {
    if (!this.#hasNulls) {
      this.#validity.fill(0xff);
      this.#hasNulls = true;
    }
    const at = index >> 3;
    this.#validity[at] = (this.#validity[at] ?? 0) & ~(1 << (index & 7));
  }

  /** Ends a column of `count` values of `size` bytes each that was laid out. */
  write(vector: Vector, count: number, size: number): void {
    if (count > 0) duckdb.copy_data_to_vector(vector, 0, this.#memory, 0, count * size);
    if (!this.#hasNulls) return;
    duckdb.vector_ensure_validity_writable(vector);
    const bytes = Math.ceil(count / 64) * 8;
    duckdb.copy_data_to_vector_validity(vector, 0, this.#validity.buffer, 0, bytes);
    this.#hasNulls = false;
  }

  /** Ends a column of texts that were put in `texts`. */
  writeTexts(vector: Vector, count: number): void {
    const { texts, signedWords, arena } = this;
    arena.flush();
    const { headers } = arena;
    for (let index = 0; index < count; index++) {
      const text = texts[index] as number;
      if (text === NO_TEXT) {
        this.setNull(index);
        continue;
      }
      const from = text * 4;
      const to = index * 4;
      signedWords[to] = headers[from] as number;
      signedWords[to + 1] = headers[from + 1] as number;
      signedWords[to + 2] = headers[from + 2] as number;
      signedWords[to + 3] = headers[from + 3] as number;
    }
    this.write(vector, count, 16);
  }

  /** Ends a column of `count` lists, whose lengths were put in `words` at 2, 6, 10, ...; answers the vector of the items. */
  writeLists(vector: Vector, count: number): Vector {
    const { words } = this;
    let total = 0;
    for (let at = 0; at < count * 4; at += 4) {
      const length = words[at + 2] as number;
      words[at] = total;
      words[at + 1] = 0;
      words[at + 3] = 0;
      total += length;
    }
    duckdb.list_vector_reserve(vector, total);
    duckdb.list_vector_set_size(vector, total);
    this.write(vector, count, 16);
    return duckdb.list_vector_get_child(vector);
  }
}
