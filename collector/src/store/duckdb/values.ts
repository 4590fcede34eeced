/** From DuckDB's values to those of the store contract, and from parameters to DuckDB's. */
import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  type DuckDBPreparedStatement,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
  DuckDBUnionValue,
  DuckDBVariantValue,
} from "@duckdb/node-api";
import { PhasewiseError } from "../../errors.ts";
import { Decimal, type QueryOptions, type Value } from "../store.ts";

/** One value as readers get it. */
export function toValue(value: DuckDBValue): Value {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : null;
    case "bigint":
      return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
        ? Number(value)
        : value;
    case "string":
    case "boolean":
      return value;
    default:
      return value === null ? null : objectValue(value);
  }
}

function objectValue(value: Extract<DuckDBValue, object>): Value {
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) {
    return isoTime(value.micros, value);
  }
  if (value instanceof DuckDBDecimalValue) return new Decimal(decimalText(value.value, value.scale));
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(toValue);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, member]) => [name, toValue(member)]));
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map((entry) => [keyText(entry.key), toValue(entry.value)]));
  }
  if (value instanceof DuckDBDateValue) return isoDate(value);
  if (value instanceof DuckDBTimestampSecondsValue) return isoTime(value.seconds * 1_000_000n, value);
  if (value instanceof DuckDBTimestampMillisecondsValue) return isoTime(value.millis * 1000n, value);
  if (value instanceof DuckDBTimestampNanosecondsValue) return isoTime(value.nanos / 1000n, value);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("base64");
  if (value instanceof DuckDBUnionValue || value instanceof DuckDBVariantValue) return toValue(value.value);
  // INTERVAL, UUID, TIME, BIT and what may come: DuckDB's own text.
  return value.toString();
}

function keyText(key: DuckDBValue): string {
  const value = toValue(key);
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) return String(key);
  return String(value);
}

/** Exact text of `unscaled / 10^scale`, without trailing zeros after the point. */
function decimalText(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  return `${negative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

interface TimeLike {
  readonly isFinite: boolean;
  toString(): string;
}

/** Beyond this JavaScript has no date; DuckDB's own text is used there, as for the infinities. */
const MAX_DATE_MICROS = 8_640_000_000_000_000_000n;

function isoTime(micros: bigint, original: { toString(): string }): string {
  if (micros > MAX_DATE_MICROS || micros < -MAX_DATE_MICROS) return String(original);
  let millis = micros / 1000n;
  let rest = micros % 1000n;
  if (rest < 0n) {
    rest += 1000n;
    millis -= 1n;
  }
  const iso = new Date(Number(millis)).toISOString();
  return rest === 0n ? iso : `${iso.slice(0, -1)}${String(rest).padStart(3, "0")}Z`;
}

function isoDate(value: DuckDBDateValue & TimeLike): string {
  const millis = value.days * 86_400_000;
  return Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString().slice(0, -14) : value.toString();
}

/** Binds the named parameters of a statement. A parameter that the statement does not name is left aside. */
export function bindParameters(
  statement: DuckDBPreparedStatement,
  parameters: NonNullable<QueryOptions["parameters"]>,
): void {
  for (let index = 1; index <= statement.parameterCount; index += 1) {
    const name = statement.parameterName(index);
    if (!Object.hasOwn(parameters, name)) {
      throw new PhasewiseError("PARAMETER_INVALID", `The statement needs a value for $${name}, none was given.`);
    }
    bindParameter(statement, index, parameters[name] ?? null);
  }
}

function bindParameter(
  statement: DuckDBPreparedStatement,
  index: number,
  value: string | number | boolean | Date | null,
): void {
  if (value === null) statement.bindNull(index);
  else if (typeof value === "string") statement.bindVarchar(index, value.toWellFormed());
  else if (typeof value === "boolean") statement.bindBoolean(index, value);
  else if (value instanceof Date) statement.bindTimestamp(index, timeOf(value));
  else if (!Number.isSafeInteger(value)) statement.bindDouble(index, value);
  else if (Math.abs(value) < 2 ** 31) statement.bindInteger(index, value);
  else statement.bindBigInt(index, BigInt(value));
}

function timeOf(date: Date): DuckDBTimestampValue {
  const millis = date.getTime();
  if (Number.isNaN(millis)) throw new PhasewiseError("PARAMETER_INVALID", "Expected a time, got an invalid Date.");
  return new DuckDBTimestampValue(BigInt(millis) * 1000n);
}
