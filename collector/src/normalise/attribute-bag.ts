/**
 * Typed reads of attributes. Emitters write numbers and booleans as strings now and then, so every read accepts both;
 * what cannot be what its name says is `undefined`.
 */
import type { AnyValue, KeyValues } from "../decode/otlp.ts";

const DECIMAL = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;
const MAX_ORDINAL = 2 ** 31 - 2;
/** Longest part of a foreign value that a note repeats. */
const SHOWN_LENGTH = 40;

/** Text of a scalar; `undefined` when it is absent, empty or no scalar. */
export function readText(attributes: KeyValues, name: string): string | undefined {
  const value = attributes.get(name);
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value === "bigint" || typeof value === "number" || typeof value === "boolean") return String(value);
  return undefined;
}

/** The first of the names that has text. */
export function readFirstText(attributes: KeyValues, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = readText(attributes, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A finite number. */
export function readNumber(attributes: KeyValues, name: string): number | undefined {
  const value = toNumber(attributes.get(name));
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** A whole number that a double can hold exactly. */
function readInteger(attributes: KeyValues, name: string): number | undefined {
  const value = toNumber(attributes.get(name));
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** A small whole number from 0 on, as of runs, entries and attempts: what a 32-bit column can hold. */
export function readOrdinal(attributes: KeyValues, name: string): number | undefined {
  const value = readInteger(attributes, name);
  return value !== undefined && value >= 0 && value <= MAX_ORDINAL ? value : undefined;
}

/** `true`, `false`, or either word as text. */
export function readBoolean(attributes: KeyValues, name: string): boolean | undefined {
  const value = attributes.get(name);
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  if (value === "false") return false;
  return undefined;
}

/** The texts of a list; a single text, or a JSON array in a text, is a list too. */
export function readTextList(attributes: KeyValues, name: string): readonly string[] | undefined {
  const value = attributes.get(name);
  if (Array.isArray(value)) return value.filter((item) => typeof item === "string");
  if (typeof value !== "string" || value === "") return undefined;
  if (!value.startsWith("[")) return [value];
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed.filter((item) => typeof item === "string") : [value];
  } catch {
    return [value];
  }
}

/**
 * A count: a whole number from 0 to 2^53-1. Anything else that is present is left out, with a note that says so,
 * because a wrong number in a sum is worse than a missing one.
 */
export function readCount(attributes: KeyValues, name: string, notes: string[]): number | undefined {
  const value = attributes.get(name);
  if (value === undefined) return undefined;
  const count = toNumber(value);
  if (count !== undefined && Number.isSafeInteger(count) && count >= 0) return count;
  notes.push(`${name} is ${show(value)}, which is not a count; it is left out`);
  return undefined;
}

/** The first of the names that is present, as a count. */
export function readFirstCount(attributes: KeyValues, names: readonly string[], notes: string[]): number | undefined {
  for (const name of names) {
    if (attributes.has(name)) return readCount(attributes, name, notes);
  }
  return undefined;
}

function toNumber(value: AnyValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return DECIMAL.test(text) ? Number(text) : undefined;
}

function show(value: AnyValue): string {
  if (typeof value === "string") {
    const cut = value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}...` : value;
    return JSON.stringify(cut);
  }
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  return "a structure";
}
