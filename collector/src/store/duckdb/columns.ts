/** Columns as they are described in tables: a name, a type, and how a chunk of rows becomes a vector. */
import type { DuckDBType } from "@duckdb/node-api";
import {
  BIGINT,
  BOOLEAN,
  DECIMAL,
  DOUBLE,
  INTEGER,
  LIST,
  TIMESTAMP,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  VARCHAR,
} from "@duckdb/node-api";
import { NO_TEXT, type Vector, type VectorWriter } from "./vector-writer.ts";

/** One column of a table: how its cells are read from rows of type `Row` and written into a vector. */
export interface Column<Row> {
  readonly name: string;
  readonly type: DuckDBType;
  readonly write: (out: VectorWriter, vector: Vector, rows: readonly Row[]) => void;
}

const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_INT64 = 2n ** 63n - 1n;
/** Largest DECIMAL(18,12) in units of 1e-12. */
const MAX_DECIMAL = 10n ** 18n - 1n;
const WORD = 2 ** 32;

/** VARCHAR. */
export function text<Row>(name: string, get: (row: Row) => string | undefined): Column<Row> {
  return {
    name,
    type: VARCHAR,
    write: (out, vector, rows) => {
      const { arena, texts } = out;
      let before: string | undefined;
      let number = NO_TEXT;
      for (let index = 0; index < rows.length; index++) {
        const value = get(rows[index] as Row);
        if (value !== before) {
          before = value;
          number = value === undefined ? NO_TEXT : arena.add(value);
        }
        texts[index] = number;
      }
      out.writeTexts(vector, rows.length);
    },
  };
}

/** VARCHAR where the empty text means "none" and is kept as NULL. */
export function optionalText<Row>(name: string, get: (row: Row) => string | undefined): Column<Row> {
  return text(name, (row) => get(row) || undefined);
}

/** VARCHAR whose values are all different, such as the ids of the rows. */
export function uniqueText<Row>(name: string, get: (row: Row) => string): Column<Row> {
  return {
    name,
    type: VARCHAR,
    write: (out, vector, rows) => {
      const { arena, texts } = out;
      for (let index = 0; index < rows.length; index++) texts[index] = arena.addUnshared(get(rows[index] as Row));
      out.writeTexts(vector, rows.length);
    },
  };
}

/** VARCHAR[]. */
export function textList<Row>(name: string, get: (row: Row) => readonly string[]): Column<Row> {
  return {
    name,
    type: LIST(VARCHAR),
    write: (out, vector, rows) => {
      const all: string[] = [];
      for (let index = 0; index < rows.length; index++) {
        const list = get(rows[index] as Row);
        out.words[index * 4 + 2] = list.length;
        for (const item of list) all.push(item);
      }
      const child = out.writeLists(vector, rows.length);
      if (all.length === 0) return;
      out.reserve(all.length);
      for (let index = 0; index < all.length; index++) out.texts[index] = out.arena.add(all[index] as string);
      out.writeTexts(child, all.length);
    },
  };
}

/** BOOLEAN. */
export function flag<Row>(name: string, get: (row: Row) => boolean | undefined): Column<Row> {
  return {
    name,
    type: BOOLEAN,
    write: (out, vector, rows) => {
      const { bytes } = out;
      for (let index = 0; index < rows.length; index++) {
        const value = get(rows[index] as Row);
        if (value === undefined) out.setNull(index);
        else bytes[index] = value ? 1 : 0;
      }
      out.write(vector, rows.length, 1);
    },
  };
}

/** INTEGER; what is out of its range is clamped. */
export function int32<Row>(name: string, get: (row: Row) => number | undefined): Column<Row> {
  return {
    name,
    type: INTEGER,
    write: (out, vector, rows) => {
      const { signedWords } = out;
      for (let index = 0; index < rows.length; index++) {
        const value = get(rows[index] as Row);
        if (value === undefined || !Number.isFinite(value)) out.setNull(index);
        else signedWords[index] = Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), Math.trunc(value)));
      }
      out.write(vector, rows.length, 4);
    },
  };
}

/** UINTEGER; what is out of its range is clamped. */
export function uint32<Row>(name: string, get: (row: Row) => number): Column<Row> {
  return {
    name,
    type: UINTEGER,
    write: (out, vector, rows) => {
      const { words } = out;
      for (let index = 0; index < rows.length; index++) {
        const value = get(rows[index] as Row);
        words[index] = Number.isFinite(value) ? Math.min(2 ** 32 - 1, Math.max(0, Math.trunc(value))) : 0;
      }
      out.write(vector, rows.length, 4);
    },
  };
}

/** USMALLINT. */
export function uint16<Row>(name: string, get: (row: Row) => number): Column<Row> {
  return {
    name,
    type: USMALLINT,
    write: (out, vector, rows) => {
      const { bytes } = out;
      for (let index = 0; index < rows.length; index++) {
        const value = get(rows[index] as Row);
        bytes[index * 2] = value;
        bytes[index * 2 + 1] = value >>> 8;
      }
      out.write(vector, rows.length, 2);
    },
  };
}

/** BIGINT, from a bigint or from a whole number. */
export function int64<Row>(name: string, get: (row: Row) => bigint | number | undefined): Column<Row> {
  return {
    name,
    type: BIGINT,
    write: (out, vector, rows) => {
      const { longs, signedWords } = out;
      for (let index = 0; index < rows.length; index++) {
        const value = get(rows[index] as Row);
        if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) out.setNull(index);
        else if (typeof value === "bigint") longs[index] = value;
        else if (Number.isSafeInteger(value)) {
          signedWords[index * 2] = value;
          signedWords[index * 2 + 1] = Math.floor(value / WORD);
        } else longs[index] = clamp(BigInt(Math.trunc(value)), -MAX_INT64, MAX_INT64);
      }
      out.write(vector, rows.length, 8);
    },
  };
}

/** UBIGINT. */
export function uint64<Row>(name: string, get: (row: Row) => bigint | undefined): Column<Row> {
  return {
    name,
    type: UBIGINT,
    write: (out, vector, rows) => {
      const { unsignedLongs } = out;
      for (let index = 0; index < rows.length; index++) {
        const value = get(rows[index] as Row);
        if (value === undefined) out.setNull(index);
        else unsignedLongs[index] = clamp(value, 0n, MAX_UINT64);
      }
      out.write(vector, rows.length, 8);
    },
  };
}

/** DOUBLE; NaN and infinities become NULL. */
export function double<Row>(name: string, get: (row: Row) => number | undefined): Column<Row> {
  return {
    name,
    type: DOUBLE,
    write: (out, vector, rows) => {
      const { doubles } = out;
      for (let index = 0; index < rows.length; index++) {
        const value = get(rows[index] as Row);
        if (value === undefined || !Number.isFinite(value)) out.setNull(index);
        else doubles[index] = value;
      }
      out.write(vector, rows.length, 8);
    },
  };
}

/** TIMESTAMP (UTC, microseconds) from nanoseconds since 1970. Every unsigned 64-bit time fits. */
export function timestamp<Row>(name: string, get: (row: Row) => bigint): Column<Row> {
  return {
    name,
    type: TIMESTAMP,
    write: (out, vector, rows) => {
      const { unsignedLongs, words } = out;
      for (let index = 0; index < rows.length; index++) {
        unsignedLongs[index] = clamp(get(rows[index] as Row), 0n, MAX_UINT64);
        // Divided by 1000 in two halves, each of which a double holds exactly: a bigint more would be garbage.
        const high = words[index * 2 + 1] as number;
        const low = (high % 1000) * WORD + (words[index * 2] as number);
        words[index * 2] = Math.floor(low / 1000);
        words[index * 2 + 1] = Math.floor(high / 1000);
      }
      out.write(vector, rows.length, 8);
    },
  };
}

/** DECIMAL(18,12), exactly, from money in 1e-12 USD. What it cannot hold (a million dollars for one call) becomes NULL. */
export function money<Row>(name: string, get: (row: Row) => bigint | undefined): Column<Row> {
  return {
    name,
    type: DECIMAL(18, 12),
    write: (out, vector, rows) => {
      const { longs } = out;
      for (let index = 0; index < rows.length; index++) {
        const value = get(rows[index] as Row);
        if (value === undefined || !fitsMoney(value)) out.setNull(index);
        else longs[index] = value;
      }
      out.write(vector, rows.length, 8);
    },
  };
}

/** Whether an amount in 1e-12 USD fits the money columns. */
export function fitsMoney(picoUsd: bigint): boolean {
  return picoUsd <= MAX_DECIMAL && picoUsd >= -MAX_DECIMAL;
}

function clamp(value: bigint, min: bigint, max: bigint): bigint {
  if (value < min) return min;
  return value > max ? max : value;
}
