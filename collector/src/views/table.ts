/** A query's result as the one document of the HTTP API. */
import type { Column, Table } from "@phasewise/api";
import type { QueryResult, Value } from "../store/store.ts";
import { unitOf } from "./units.ts";

/** What a table says of itself beside its rows. */
export interface TableOptions {
  readonly report: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Meaning of columns by name, where it is known. */
  readonly comments: ReadonlyMap<string, string>;
}

/** Rows by column name. A name that comes twice gets a number behind it, so that no value is lost. */
export function toTable(result: QueryResult, options: TableOptions): Table {
  const names = uniqueNames(result.columns.map((column) => column.name));
  const columns: Column[] = result.columns.map((column, index) => {
    const name = names[index] ?? column.name;
    return { name, type: column.type, unit: unitOf(name), comment: options.comments.get(name) ?? null };
  });
  // Only columns that are documented: in a query of somebody else's a name may mean anything.
  const isDuration = columns.map(({ unit, comment }) => unit === "ms" && comment !== null);
  const cell = (value: Value, index: number): Value => (isDuration[index] === true ? wholeNanoseconds(value) : value);
  const rows = result.rows.map((row) =>
    Object.fromEntries(names.map((name, index) => [name, cell(row[index] ?? null, index)])),
  );
  return {
    report: options.report,
    parameters: { ...options.parameters },
    columns,
    rows: rows satisfies Record<string, Value>[],
    truncated: result.truncated,
  };
}

/** Clocks count nanoseconds: digits of milliseconds below that come from adding binary fractions alone. */
function wholeNanoseconds(milliseconds: Value): Value {
  return typeof milliseconds === "number" ? Number(milliseconds.toFixed(6)) : milliseconds;
}

function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    if (!seen.has(name)) {
      seen.add(name);
      return name;
    }
    let number = 2;
    while (taken.has(`${name}_${number}`)) number += 1;
    taken.add(`${name}_${number}`);
    return `${name}_${number}`;
  });
}
