/** JSON that keeps every digit: decimals and big integers are numbers, never text and never rounded. */
import type { Decimal } from "../store/store.ts";

/** Not yet in TypeScript's library: https://tc39.es/proposal-json-parse-with-source/ (in Node since 22). */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** Text of any value that the API answers; NaN and infinity, which JSON cannot say, become null. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === "bigint") return rawJSON(String(member));
    return isDecimal(member) ? rawJSON(member.decimal) : member;
  });
}

/** Whether a value is an exact decimal of the store. */
export function isDecimal(value: unknown): value is Decimal {
  if (typeof value !== "object" || value === null || !("decimal" in value)) return false;
  // A struct that a query built may have a field of this name too: only what reads as a JSON number is one.
  return (
    Object.keys(value).length === 1 &&
    typeof value.decimal === "string" &&
    /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value.decimal)
  );
}
