/** Attributes that hold an object as JSON text, which several emitters use for usage. */
import type { AnyValue, KeyValues } from "../decode/otlp.ts";

const MAX_DEPTH = 5;
const NOTHING: KeyValues = new Map();

/**
 * The scalars of an object under their path (`anthropic.usage.input_tokens`), so that they are read like attributes.
 * The attribute may be JSON text or a structure; lists are left out. Empty when it is neither or no object.
 */
export function readJson(attributes: KeyValues, name: string): KeyValues {
  const value = attributes.get(name);
  if (value instanceof Map) return flattened(Object.fromEntries(value));
  if (typeof value !== "string" || !value.trimStart().startsWith("{")) return NOTHING;
  try {
    return flattened(JSON.parse(value));
  } catch {
    return NOTHING;
  }
}

function flattened(value: unknown): KeyValues {
  const scalars = new Map<string, AnyValue>();
  flatten(value, "", 0, scalars);
  return scalars;
}

function flatten(value: unknown, path: string, depth: number, into: Map<string, AnyValue>): void {
  if (isScalar(value)) {
    into.set(path, value);
    return;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || depth === MAX_DEPTH) return;
  const entries = value instanceof Map ? value.entries() : Object.entries(value);
  for (const [key, part] of entries) flatten(part, path === "" ? String(key) : `${path}.${key}`, depth + 1, into);
}

function isScalar(value: unknown): value is string | number | bigint | boolean {
  return ["string", "number", "bigint", "boolean"].includes(typeof value);
}
