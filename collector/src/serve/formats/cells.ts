/** Cells of text formats. */
import { Decimal } from "../../store/store.ts";
import { toJson } from "../json.ts";

/** Whether a value is a number of any kind. */
export function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint" || Decimal.is(value);
}

/** A value as plain text: nothing for null, digits for numbers, JSON for lists and structs. */
export function toCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  return Decimal.is(value) ? value.decimal : toJson(value);
}
