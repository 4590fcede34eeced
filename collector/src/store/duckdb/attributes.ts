/** Values that have no plain type of SQL, as the OTLP/JSON text of an AnyValue. */
import type { AnyValue, KeyValues } from "../../decode/otlp.ts";

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
