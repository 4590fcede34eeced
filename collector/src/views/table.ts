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
  const rows = result.rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])));
  return {
    report: options.report,
    parameters: { ...options.parameters },
    columns,
    rows: rows satisfies Record<string, Value>[],
    truncated: result.truncated,
  };
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
