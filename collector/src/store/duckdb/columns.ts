/**
 * Column descriptions and the writer that turns rows into DuckDB vectors. Whole columns are laid out in a buffer and
 * copied into the vector at once; a text that repeats within a chunk (attribute keys, models, trace ids) is handed over
 * once and its 16-byte string header is repeated. Layout of headers: DuckDB `string_t` (duckdb.h, `duckdb_string_t`).
 */
import type { DuckDBType } from "@duckdb/node-api";
import {
  BIGINT,
  BOOLEAN,
  DECIMAL,
  DOUBLE,
  INTEGER,
  LIST,
  MAP,
  TIMESTAMP,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  VARCHAR,
} from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { SplitAttributes } from "./attributes.ts";

type Vector = duckdb.Vector;

/** One column of a table: how its cells are read from the row of type `Row` and written into a vector. */
export interface Column<Row> {
  readonly name: string;
  readonly type: DuckDBType;
  readonly write: (vector: Vector, rows: readonly Row[]) => void;
}

const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_INT64 = 2n ** 63n - 1n;
/** Largest DECIMAL(18,12) in units of 1e-12. */
const MAX_DECIMAL = 10n ** 18n - 1n;
const MAX_SHARED_TEXT = 256;

class Validity {
  readonly #count: number;
  #bits: Uint8Array | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  setNull(index: number): void {
    this.#bits ??= new Uint8Array(Math.ceil(this.#count / 64) * 8).fill(0xff);
    const at = index >> 3;
    this.#bits[at] = (this.#bits[at] ?? 0) & ~(1 << (index & 7));
  }

  flush(vector: Vector): void {
    if (this.#bits === undefined) return;
    duckdb.vector_ensure_validity_writable(vector);
    duckdb.copy_data_to_vector_validity(vector, 0, this.#bits.buffer as ArrayBuffer, 0, this.#bits.byteLength);
  }
}

type Numbers = BigInt64Array | BigUint64Array | Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

function copy(vector: Vector, data: Numbers): void {
  if (data.byteLength > 0) duckdb.copy_data_to_vector(vector, 0, data.buffer as ArrayBuffer, 0, data.byteLength);
}

function fixed<Row, T extends Numbers>(
  name: string,
  type: DuckDBType,
  create: (length: number) => T,
  get: (row: Row) => T[number] | undefined,
): Column<Row> {
  return {
    name,
    type,
    write: (vector, rows) => {
      const data = create(rows.length);
      const validity = new Validity(rows.length);
      let index = 0;
      for (const row of rows) {
        const value = get(row);
        if (value === undefined) validity.setNull(index);
        else data[index] = value;
        index += 1;
      }
      copy(vector, data);
      validity.flush(vector);
    },
  };
}

/** Writes texts at positions 0, 1, ... of a vector of VARCHAR; `undefined` becomes NULL. */
function writeTexts(vector: Vector, texts: readonly (string | undefined)[]): void {
  const count = texts.length;
  if (count === 0) return;
  const validity = new Validity(count);
  const inline = new Uint8Array(count * 16);
  const first = new Map<string, number>();
  // Positions whose header comes from the vector: their own, or that of the same text earlier on.
  const sources = new Int32Array(count).fill(-1);
  let handedOver = false;
  for (let index = 0; index < count; index += 1) {
    const text = texts[index];
    if (text === undefined) {
      validity.setNull(index);
      continue;
    }
    if (text.length <= 12 && inlineAscii(inline, index * 16, text)) continue;
    const shared = text.length <= MAX_SHARED_TEXT ? first.get(text) : undefined;
    if (shared !== undefined) {
      sources[index] = shared;
      continue;
    }
    duckdb.vector_assign_string_element(vector, index, text.isWellFormed() ? text : text.toWellFormed());
    handedOver = true;
    sources[index] = index;
    if (text.length <= MAX_SHARED_TEXT) first.set(text, index);
  }
  if (handedOver) copyHeaders(duckdb.vector_get_data(vector, count * 16), sources, inline);
  copy(vector, inline);
  validity.flush(vector);
}

/** Copies the 16-byte header at `sources[n]` to position n, for every n that has a source. */
function copyHeaders(assigned: Uint8Array, sources: Int32Array, target: Uint8Array): void {
  // Four words at a time; a view needs an aligned start, which a copy has.
  const aligned = assigned.byteOffset % 4 === 0 ? assigned : assigned.slice();
  const from = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
  const to = new Int32Array(target.buffer, target.byteOffset, target.byteLength >> 2);
  for (let index = 0; index < sources.length; index += 1) {
    const source = (sources[index] ?? -1) * 4;
    if (source < 0) continue;
    const at = index * 4;
    to[at] = from[source] ?? 0;
    to[at + 1] = from[source + 1] ?? 0;
    to[at + 2] = from[source + 2] ?? 0;
    to[at + 3] = from[source + 3] ?? 0;
  }
}

/** Lays an ASCII text of at most 12 characters out as a header of its own; false when it is not ASCII. */
function inlineAscii(target: Uint8Array, offset: number, text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) {
      target.fill(0, offset, offset + 16);
      return false;
    }
    target[offset + 4 + at] = code;
  }
  target[offset] = text.length;
  return true;
}

/** Sets the list entries of a LIST or MAP vector and makes room in its child. */
function writeEntries(vector: Vector, lengths: readonly number[]): void {
  const entries = new BigUint64Array(lengths.length * 2);
  let total = 0;
  lengths.forEach((length, index) => {
    entries[index * 2] = BigInt(total);
    entries[index * 2 + 1] = BigInt(length);
    total += length;
  });
  duckdb.list_vector_reserve(vector, total);
  duckdb.list_vector_set_size(vector, total);
  copy(vector, entries);
}

type Entries<Value> = readonly (readonly [keys: readonly string[], values: readonly Value[]])[];

function writeMap<Value>(
  vector: Vector,
  maps: Entries<Value>,
  writeValues: (v: Vector, values: Value[]) => void,
): void {
  writeEntries(
    vector,
    maps.map(([keys]) => keys.length),
  );
  const keys: string[] = [];
  const values: Value[] = [];
  for (const [mapKeys, mapValues] of maps) {
    for (const key of mapKeys) keys.push(key);
    for (const value of mapValues) values.push(value);
  }
  if (keys.length === 0) return;
  const entry = duckdb.list_vector_get_child(vector);
  writeTexts(duckdb.struct_vector_get_child(entry, 0), keys);
  writeValues(duckdb.struct_vector_get_child(entry, 1), values);
}

/** VARCHAR. */
export function text<Row>(name: string, get: (row: Row) => string | undefined): Column<Row> {
  return { name, type: VARCHAR, write: (vector, rows) => writeTexts(vector, rows.map(get)) };
}

/** VARCHAR where the empty text means "none" and is kept as NULL. */
export function optionalText<Row>(name: string, get: (row: Row) => string | undefined): Column<Row> {
  return text(name, (row) => get(row) || undefined);
}

/** VARCHAR[]. */
export function textList<Row>(name: string, get: (row: Row) => readonly string[]): Column<Row> {
  return {
    name,
    type: LIST(VARCHAR),
    write: (vector, rows) => {
      const lists = rows.map(get);
      writeEntries(
        vector,
        lists.map((list) => list.length),
      );
      writeTexts(duckdb.list_vector_get_child(vector), lists.flat());
    },
  };
}

/** BOOLEAN. */
export function flag<Row>(name: string, get: (row: Row) => boolean | undefined): Column<Row> {
  return fixed(
    name,
    BOOLEAN,
    (length) => new Uint8Array(length),
    (row) => {
      const value = get(row);
      return value === undefined ? undefined : Number(value);
    },
  );
}

function whole(value: number | undefined, min: number, max: number): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return Math.min(max, Math.max(min, Math.trunc(value)));
}

/** INTEGER; what is out of its range is clamped. */
export function int32<Row>(name: string, get: (row: Row) => number | undefined): Column<Row> {
  return fixed(
    name,
    INTEGER,
    (length) => new Int32Array(length),
    (row) => whole(get(row), -(2 ** 31), 2 ** 31 - 1),
  );
}

/** UINTEGER; what is out of its range is clamped. */
export function uint32<Row>(name: string, get: (row: Row) => number): Column<Row> {
  return fixed(
    name,
    UINTEGER,
    (length) => new Uint32Array(length),
    (row) => whole(get(row), 0, 2 ** 32 - 1) ?? 0,
  );
}

/** USMALLINT. */
export function uint16<Row>(name: string, get: (row: Row) => number): Column<Row> {
  return fixed(name, USMALLINT, (length) => new Uint16Array(length), get);
}

function clamp(value: bigint, min: bigint, max: bigint): bigint {
  if (value < min) return min;
  return value > max ? max : value;
}

/** BIGINT, from a bigint or from a whole number. */
export function int64<Row>(name: string, get: (row: Row) => bigint | number | undefined): Column<Row> {
  return fixed(
    name,
    BIGINT,
    (length) => new BigInt64Array(length),
    (row) => {
      const value = get(row);
      if (value === undefined || typeof value === "bigint") return value;
      return Number.isFinite(value) ? clamp(BigInt(Math.trunc(value)), -MAX_INT64, MAX_INT64) : undefined;
    },
  );
}

/** UBIGINT. */
export function uint64<Row>(name: string, get: (row: Row) => bigint | undefined): Column<Row> {
  return fixed(
    name,
    UBIGINT,
    (length) => new BigUint64Array(length),
    (row) => {
      const value = get(row);
      return value === undefined ? undefined : clamp(value, 0n, MAX_UINT64);
    },
  );
}

/** DOUBLE; NaN and infinities become NULL. */
export function double<Row>(name: string, get: (row: Row) => number | undefined): Column<Row> {
  return fixed(
    name,
    DOUBLE,
    (length) => new Float64Array(length),
    (row) => {
      const value = get(row);
      return value !== undefined && Number.isFinite(value) ? value : undefined;
    },
  );
}

/** TIMESTAMP (UTC, microseconds) from nanoseconds since 1970. Every unsigned 64-bit time fits. */
export function timestamp<Row>(name: string, get: (row: Row) => bigint): Column<Row> {
  return fixed(
    name,
    TIMESTAMP,
    (length) => new BigInt64Array(length),
    (row) => clamp(get(row), 0n, MAX_UINT64) / 1000n,
  );
}

/** DECIMAL(18,12), exactly, from money in 1e-12 USD. What it cannot hold (a million dollars for one call) becomes NULL. */
export function money<Row>(name: string, get: (row: Row) => bigint | undefined): Column<Row> {
  return fixed(
    name,
    DECIMAL(18, 12),
    (length) => new BigInt64Array(length),
    (row) => {
      const value = get(row);
      return value !== undefined && fitsMoney(value) ? value : undefined;
    },
  );
}

/** Whether an amount in 1e-12 USD fits the money columns. */
export function fitsMoney(picoUsd: bigint): boolean {
  return picoUsd <= MAX_DECIMAL && picoUsd >= -MAX_DECIMAL;
}

/** The five typed attribute maps. */
export function attributeMaps<Row>(get: (row: Row) => SplitAttributes): readonly Column<Row>[] {
  const texts = (name: string, kind: "text" | "json"): Column<Row> => ({
    name,
    type: MAP(VARCHAR, VARCHAR),
    write: (vector, rows) =>
      writeMap(
        vector,
        rows.map((row) => get(row)[kind]),
        writeTexts,
      ),
  });
  return [
    texts("attributes_text", "text"),
    {
      name: "attributes_int",
      type: MAP(VARCHAR, BIGINT),
      write: (vector, rows) =>
        writeMap(
          vector,
          rows.map((row) => get(row).int),
          (child, values) => copy(child, BigInt64Array.from(values)),
        ),
    },
    {
      name: "attributes_double",
      type: MAP(VARCHAR, DOUBLE),
      write: (vector, rows) =>
        writeMap(
          vector,
          rows.map((row) => get(row).double),
          (child, values) => copy(child, Float64Array.from(values)),
        ),
    },
    {
      name: "attributes_bool",
      type: MAP(VARCHAR, BOOLEAN),
      write: (vector, rows) =>
        writeMap(
          vector,
          rows.map((row) => get(row).bool),
          (child, values) => copy(child, Uint8Array.from(values, Number)),
        ),
    },
    texts("attributes_json", "json"),
  ];
}
