/**
 * How attributes are kept: one map per type, so that each can be asked in SQL with its own type. What has no plain
 * type (arrays, key-value lists, bytes, empty values, NaN and the infinities) goes to the last map as the OTLP/JSON
 * text of its AnyValue, so nothing is lost.
 */
import { BIGINT, BOOLEAN, DOUBLE, type DuckDBType, MAP, VARCHAR } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { AnyValue, KeyValues } from "../../decode/otlp.ts";
import { anyValueText } from "./attributes.ts";
import type { Column } from "./columns.ts";
import type { TextArena } from "./text-arena.ts";
import type { Vector, VectorWriter } from "./vector-writer.ts";

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** The entries of one type, of all rows of a chunk, one row after the other. */
class TypeEntries<Value> {
  /** Entries up to and including each row. */
  readonly ends: number[] = [];
  /** Numbers of the arena. */
  readonly keys: number[] = [];
  readonly values: Value[] = [];

  push(key: number, value: Value): void {
    this.keys.push(key);
    this.values.push(value);
  }

  endRow(): void {
    this.ends.push(this.keys.length);
  }

  dropRow(): void {
    this.ends.pop();
    const end = this.ends.at(-1) ?? 0;
    this.keys.length = end;
    this.values.length = end;
  }

  clear(): void {
    this.ends.length = 0;
    this.keys.length = 0;
    this.values.length = 0;
  }
}

/** The attributes of a chunk of rows, by type. Texts are numbers of the arena. */
class ChunkEntries {
  readonly text = new TypeEntries<number>();
  readonly int = new TypeEntries<bigint>();
  readonly double = new TypeEntries<number>();
  readonly bool = new TypeEntries<boolean>();
  readonly json = new TypeEntries<number>();
  readonly #all = [this.text, this.int, this.double, this.bool, this.json];

  /** Takes in the next row's attributes. */
  addRow(arena: TextArena, attributes: KeyValues): void {
    for (const [key, value] of attributes) this.#add(arena, key, value);
    for (const entries of this.#all) entries.endRow();
  }

  dropRow(): void {
    for (const entries of this.#all) entries.dropRow();
  }

  #add(arena: TextArena, key: string, value: AnyValue): void {
    const number = arena.add(key);
    if (typeof value === "string") this.text.push(number, arena.add(value));
    else if (typeof value === "bigint" && value >= MIN_INT64 && value <= MAX_INT64) this.int.push(number, value);
    else if (typeof value === "number" && Number.isFinite(value)) this.double.push(number, value);
    else if (typeof value === "boolean") this.bool.push(number, value);
    else this.json.push(number, arena.add(anyValueText(value)));
  }

  clear(): void {
    for (const entries of this.#all) entries.clear();
  }
}

/** Two keys that differ only in halves of surrogate pairs become one, and a MAP refuses a key twice: the first stays. */
function withWholeKeys(attributes: KeyValues): KeyValues {
  const whole = new Map<string, AnyValue>();
  for (const [key, value] of attributes) {
    const name = key.toWellFormed();
    if (!whole.has(name)) whole.set(name, value);
  }
  return whole;
}

function hasBrokenKey(attributes: KeyValues): boolean {
  for (const key of attributes.keys()) if (!key.isWellFormed()) return true;
  return false;
}

/**
 * The five typed attribute maps, always written one after the other: the first takes the attributes of the rows apart
 * for all of them.
 */
export function attributeMaps<Row>(get: (row: Row) => KeyValues): readonly Column<Row>[] {
  const entries = new ChunkEntries();
  const takeApart = (out: VectorWriter, rows: readonly Row[]): void => {
    entries.clear();
    for (const row of rows) {
      const attributes = get(row);
      entries.addRow(out.arena, attributes);
      if (!out.arena.hasBrokenTexts || !hasBrokenKey(attributes)) continue;
      entries.dropRow();
      entries.addRow(out.arena, withWholeKeys(attributes));
    }
  };
  const map = <Value>(
    name: string,
    type: DuckDBType,
    of: TypeEntries<Value>,
    writeValues: (out: VectorWriter, vector: Vector, values: readonly Value[]) => void,
  ): Column<Row> => ({
    name,
    type: MAP(VARCHAR, type),
    write: (out, vector, rows) => {
      if (of === entries.text) takeApart(out, rows);
      writeMap(out, vector, of, writeValues);
    },
  });
  return [
    map("attributes_text", VARCHAR, entries.text, writeNumbers),
    map("attributes_int", BIGINT, entries.int, writeInts),
    map("attributes_double", DOUBLE, entries.double, writeDoubles),
    map("attributes_bool", BOOLEAN, entries.bool, writeFlags),
    map("attributes_json", VARCHAR, entries.json, writeNumbers),
  ];
}

function writeMap<Value>(
  out: VectorWriter,
  vector: Vector,
  { ends, keys, values }: TypeEntries<Value>,
  writeValues: (out: VectorWriter, vector: Vector, values: readonly Value[]) => void,
): void {
  let start = 0;
  for (let row = 0; row < ends.length; row++) {
    const end = ends[row] as number;
    out.words[row * 4 + 2] = end - start;
    start = end;
  }
  const pairs = out.writeLists(vector, ends.length);
  if (keys.length === 0) return;
  out.reserve(keys.length);
  writeNumbers(out, duckdb.struct_vector_get_child(pairs, 0), keys);
  writeValues(out, duckdb.struct_vector_get_child(pairs, 1), values);
}

function writeNumbers(out: VectorWriter, vector: Vector, numbers: readonly number[]): void {
  const { texts } = out;
  for (let index = 0; index < numbers.length; index++) texts[index] = numbers[index] as number;
  out.writeTexts(vector, numbers.length);
}

function writeInts(out: VectorWriter, vector: Vector, values: readonly bigint[]): void {
  const { longs } = out;
  for (let index = 0; index < values.length; index++) longs[index] = values[index] as bigint;
  out.write(vector, values.length, 8);
}

function writeDoubles(out: VectorWriter, vector: Vector, values: readonly number[]): void {
  const { doubles } = out;
  for (let index = 0; index < values.length; index++) doubles[index] = values[index] as number;
  out.write(vector, values.length, 8);
}

function writeFlags(out: VectorWriter, vector: Vector, values: readonly boolean[]): void {
  const { bytes } = out;
  for (let index = 0; index < values.length; index++) bytes[index] = values[index] === true ? 1 : 0;
  out.write(vector, values.length, 1);
}
