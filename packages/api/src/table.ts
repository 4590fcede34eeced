import { Type, type Static } from "typebox";

/** One column of a result: what it is called, holds and means. */
export const Column = Type.Object({
  name: Type.String(),
  /** Engine's name of the type, e.g. `VARCHAR`, `BIGINT`, `DECIMAL(38,12)`, `TIMESTAMP`. */
  type: Type.String(),
  /** `ms`, `USD`, `tokens`, `ratio`, `UTC`, `count`, ... or null where a unit makes no sense. */
  unit: Type.Union([Type.String(), Type.Null()]),
  comment: Type.Union([Type.String(), Type.Null()]),
});
export type Column = Static<typeof Column>;

/**
 * The one document that every table of figures comes in: reports, SQL, runs.
 * Decimals are JSON numbers with all their digits, times ISO 8601 UTC, absent values null.
 */
export const Table = Type.Object({
  /** Name of the report, or `sql`. */
  report: Type.String(),
  /** Parameters after defaults were filled in. */
  parameters: Type.Record(Type.String(), Type.Unknown()),
  columns: Type.Array(Column),
  rows: Type.Array(Type.Record(Type.String(), Type.Unknown())),
  /** True when rows were cut at the limit. */
  truncated: Type.Boolean(),
});
export type Table = Static<typeof Table>;
