/**
 * Single fields of OTLP/JSON. A field that is absent or null has the protobuf default. One that has a wrong type is
 * remembered in `Context.problem`, and whoever reads the item decides what that costs.
 */
import { type Tally, note } from "../check-item.ts";

/** A parsed JSON object. Only named fields are ever read from it, so keys such as `__proto__` mean nothing. */
export type JsonObject = { readonly [key: string]: unknown };

/** What is carried along while one request is read. */
export interface Context {
  readonly tally: Tally;
  /** The first wrong field of the item that is being read: a sentence for the sender. */
  problem: string | undefined;
}

const NOTHING: JsonObject = Object.freeze({});
const NO_ITEMS: readonly unknown[] = Object.freeze([]);
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;
const UINT32_MAX = 0xffff_ffff;

/** Remembers a wrong field, the first one only. */
export function complain(context: Context, field: string, expected: string, got: unknown): void {
  context.problem ??= `${field}: expected ${expected}, got ${describe(got)}`;
}

/** The problem of the item just read, if any; the next item starts clean. */
export function takeProblem(context: Context): string | undefined {
  const problem = context.problem;
  context.problem = undefined;
  return problem;
}

/** A nested message. */
export function objectField(context: Context, object: JsonObject, field: string): JsonObject {
  const value = object[field];
  if (value === undefined || value === null) return NOTHING;
  if (isObject(value)) return value;
  complain(context, field, "an object", value);
  return NOTHING;
}

/** A nested message that may be left out. */
export function optionalObject(context: Context, object: JsonObject, field: string): JsonObject | undefined {
  const value = object[field];
  return value === undefined || value === null ? undefined : objectField(context, object, field);
}

/** A repeated field. */
export function listField(context: Context, object: JsonObject, field: string): readonly unknown[] {
  const value = object[field];
  if (value === undefined || value === null) return NO_ITEMS;
  if (Array.isArray(value)) return value as readonly unknown[];
  complain(context, field, "an array", value);
  return NO_ITEMS;
}

/** A repeated message; members that are not objects are a problem. */
export function objectList(context: Context, object: JsonObject, field: string): readonly JsonObject[] {
  const list = listField(context, object, field);
  for (const member of list) {
    if (!isObject(member)) {
      complain(context, field, "an array of objects", member);
      return [];
    }
  }
  return list as readonly JsonObject[];
}

/** A string, without lone surrogates. */
export function textField(context: Context, object: JsonObject, field: string): string {
  const value = object[field];
  if (typeof value === "string") return value.toWellFormed();
  if (value !== undefined && value !== null) complain(context, field, "a string", value);
  return "";
}

/** A trace or span id: hex in either case; of any length, for `check-item` to judge. */
export function idField(context: Context, object: JsonObject, field: string): string {
  const value = object[field];
  if (value === undefined || value === null) return "";
  if (typeof value === "string" && /^[0-9a-fA-F]*$/.test(value)) return value.toLowerCase();
  complain(context, field, "hex digits", value);
  return "";
}

/** An unsigned 64-bit integer: decimal text, or a number. */
export function uint64Field(context: Context, object: JsonObject, field: string): bigint {
  return uint64(context, object[field], field);
}

/** An unsigned 64-bit integer: decimal text, or a number. */
export function uint64(context: Context, value: unknown, field: string): bigint {
  if (value === undefined || value === null) return 0n;
  const number = integer(value);
  if (number !== undefined && number >= 0n && number <= UINT64_MAX) return number;
  complain(context, field, "a whole number from 0 to 2^64-1", value);
  return 0n;
}

/** An unsigned 32-bit integer. */
export function uint32Field(context: Context, object: JsonObject, field: string): number {
  const value = object[field];
  if (value === undefined || value === null) return 0;
  const number = integer(value);
  if (number !== undefined && number >= 0n && number <= UINT32_MAX) return Number(number);
  complain(context, field, "a whole number from 0 to 2^32-1", value);
  return 0;
}

/** A signed 32-bit integer. */
export function int32Field(context: Context, object: JsonObject, field: string): number {
  const value = object[field];
  if (value === undefined || value === null) return 0;
  const number = integer(value);
  if (number !== undefined && BigInt.asIntN(32, number) === number) return Number(number);
  complain(context, field, "a whole number of 32 bits", value);
  return 0;
}

/** A boolean. */
export function booleanField(context: Context, object: JsonObject, field: string): boolean {
  const value = object[field];
  if (typeof value === "boolean") return value;
  if (value !== undefined && value !== null) complain(context, field, "true or false", value);
  return false;
}

/** A double; absent or null (what some senders write for NaN) is undefined. */
export function doubleField(context: Context, object: JsonObject, field: string): number | undefined {
  return doubleOf(context, object[field], field);
}

/** A double: a number, or a number as text, or `NaN`, `Infinity`, `-Infinity`. */
export function doubleOf(context: Context, value: unknown, field: string): number | undefined {
  if (typeof value === "number") return value;
  if (value === undefined || value === null) return undefined;
  const number = typeof value === "string" ? parseDouble(value) : undefined;
  if (number === undefined) complain(context, field, "a number", value);
  return number;
}

/** An enum: its number, or its name, which OTLP/JSON does not allow but some senders write. */
export function enumField(
  context: Context,
  object: JsonObject,
  field: string,
  names: ReadonlyMap<string, number>,
): number {
  const value = object[field];
  if (typeof value !== "string" || /^-?\d/.test(value)) return int32Field(context, object, field);
  const number = names.get(value);
  if (number === undefined) complain(context, field, "a number of the enumeration", value);
  else note(context.tally, `${field}: expected a number, got an enum name; it was understood`);
  return number ?? 0;
}

/**
 * An int64 attribute: a bigint if it is one; a number if it is numeric but no int64 (OTel JS writes `1.5e300` and the
 * like as `intValue`); undefined if it is not numeric.
 */
export function int64OrDouble(value: unknown): bigint | number | undefined {
  const number = integer(value);
  if (number !== undefined && number >= INT64_MIN && number <= INT64_MAX) return number;
  if (typeof value === "number") return value;
  return typeof value === "string" ? parseDouble(value) : undefined;
}

/** The whole number that a JSON value states, exactly. */
function integer(value: unknown): bigint | undefined {
  if (typeof value === "number") return wholeNumber(value);
  if (typeof value !== "string" || value.length > 400) return undefined;
  if (/^-?\d+$/.test(value)) return BigInt(value);
  const number = parseDouble(value);
  return number !== undefined && Number.isSafeInteger(number) ? BigInt(number) : undefined;
}

/** Beyond 2^53 the shortest decimal text of a number is what its sender most likely wrote, digit for digit. */
function wholeNumber(value: number): bigint | undefined {
  if (!Number.isInteger(value)) return undefined;
  return Number.isSafeInteger(value) || Math.abs(value) >= 1e21 ? BigInt(value) : BigInt(String(value));
}

function parseDouble(text: string): number | undefined {
  if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (text === "NaN") return Number.NaN;
  if (text === "Infinity") return Number.POSITIVE_INFINITY;
  return text === "-Infinity" ? Number.NEGATIVE_INFINITY : undefined;
}

/** Whether a parsed value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The kind of a value, never its content: that may be private. */
function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  switch (typeof value) {
    case "string":
      return `text of ${value.length} characters`;
    case "number":
    case "boolean":
      return `the ${typeof value} ${value}`;
    default:
      return "an object";
  }
}
