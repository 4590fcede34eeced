/**
 * How attributes are kept: one map per type, so that each can be asked in SQL with its own type. What has no plain
 * type (arrays, key-value lists, bytes, empty values, NaN and the infinities) goes to the last map as the OTLP/JSON
 * text of its AnyValue, so nothing is lost.
 */
import type { AnyValue, KeyValues } from "../../decode/otlp.ts";

type Entries<Value> = readonly [keys: readonly string[], values: readonly Value[]];

/** Attributes by type: keys and values at equal positions. */
export interface SplitAttributes {
  readonly text: Entries<string>;
  readonly int: Entries<bigint>;
  readonly double: Entries<number>;
  readonly bool: Entries<boolean>;
  readonly json: Entries<string>;
}

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const none: readonly [never[], never[]] = [[], []];

/** Empty attributes. */
const NO_ATTRIBUTES: SplitAttributes = { text: none, int: none, double: none, bool: none, json: none };

/** Sorts attributes by type. */
export function splitAttributes(attributes: KeyValues): SplitAttributes {
  if (attributes.size === 0) return NO_ATTRIBUTES;
  const text: [string[], string[]] = [[], []];
  const int: [string[], bigint[]] = [[], []];
  const double: [string[], number[]] = [[], []];
  const bool: [string[], boolean[]] = [[], []];
  const json: [string[], string[]] = [[], []];
  const seen = hasBrokenKey(attributes) ? new Set<string>() : undefined;
  for (const [rawKey, value] of attributes) {
    let key = rawKey;
    if (seen !== undefined) {
      // Two keys that differ only in lone surrogates become one, and a MAP refuses a key twice.
      key = rawKey.toWellFormed();
      if (seen.has(key)) continue;
      seen.add(key);
    }
    if (typeof value === "string") push(text, key, value);
    else if (typeof value === "bigint" && value >= MIN_INT64 && value <= MAX_INT64) push(int, key, value);
    else if (typeof value === "number" && Number.isFinite(value)) push(double, key, value);
    else if (typeof value === "boolean") push(bool, key, value);
    else push(json, key, anyValueText(value));
  }
  return { text, int, double, bool, json };
}

function push<Value>(entries: [string[], Value[]], key: string, value: Value): void {
  entries[0].push(key);
  entries[1].push(value);
}

function hasBrokenKey(attributes: KeyValues): boolean {
  for (const key of attributes.keys()) if (!key.isWellFormed()) return true;
  return false;
}

/** OTLP/JSON text of a value, e.g. `{"intValue":"7"}`; `{}` for the empty value. */
export function anyValueText(value: AnyValue): string {
  return JSON.stringify(anyValueJson(value));
}

/** OTLP/JSON text of key-values: `[{"key":...,"value":...}]`. */
export function keyValuesText(attributes: KeyValues): string {
  return JSON.stringify(keyValuesJson(attributes));
}

function keyValuesJson(attributes: KeyValues): readonly unknown[] {
  return Array.from(attributes, ([key, value]) => ({ key: key.toWellFormed(), value: anyValueJson(value) }));
}

function anyValueJson(value: AnyValue): Readonly<Record<string, unknown>> {
  switch (typeof value) {
    case "undefined":
      return {};
    case "string":
      return { stringValue: value.toWellFormed() };
    case "boolean":
      return { boolValue: value };
    case "bigint":
      return { intValue: value.toString() };
    case "number":
      // The protobuf JSON mapping writes NaN and the infinities as text.
      return { doubleValue: Number.isFinite(value) ? value : String(value) };
    default:
      if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString("base64") };
      if (isArray(value)) return { arrayValue: { values: value.map(anyValueJson) } };
      return { kvlistValue: { values: keyValuesJson(value) } };
  }
}

function isArray(value: readonly AnyValue[] | KeyValues): value is readonly AnyValue[] {
  return Array.isArray(value);
}
