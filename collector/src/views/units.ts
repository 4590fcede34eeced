/** Units by the end of a column's name, as the naming rules of the views promise them. */

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_unix_nano$/, "ns"],
  [/_ms$/, "ms"],
  [/_usd$/, "USD"],
  [/_tokens$/, "tokens"],
  [/_ratio(_low|_high)?$/, "ratio"],
  [/_at$/, "UTC"],
  [/_bytes$/, "bytes"],
  [/(^|_)(calls|runs|entries|invocations|errors|successes|attempts|requests|conversations|phases)$/, "count"],
];

/** The unit of a column, e.g. `ms` for `duration_ms`; null where a unit makes no sense. */
export function unitOf(column: string): string | null {
  return UNITS.find(([pattern]) => pattern.test(column))?.[1] ?? null;
}
