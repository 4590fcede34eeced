/** JSON that keeps every digit: decimals and big integers are numbers, never text and never rounded. */
import { Decimal } from "../store/store.ts";

/** Not yet in TypeScript's library: https://tc39.es/proposal-json-parse-with-source/ (in Node since 22). */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** Text of any value that the API answers; NaN and infinity, which JSON cannot say, become null. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === "bigint") return rawJSON(String(member));
    return Decimal.is(member) ? rawJSON(member.decimal) : member;
  });
}
