/** Longest decoded value in `OTEL_RESOURCE_ATTRIBUTES`: readers throw the whole variable away beyond it. */
export const LONGEST_VALUE = 255;

/**
 * Reads `OTEL_RESOURCE_ATTRIBUTES` (`key=value,key=value`, percent-encoded).
 * Undefined when it is malformed: the specification has readers discard such a variable as a whole.
 */
export function parseResourceAttributes(value: string): Map<string, string> | undefined {
  const attributes = new Map<string, string>();
  for (const pair of value.split(",")) {
    if (pair.trim() === "") continue;
    const parts = pair.split("=");
    const [key, encoded] = parts;
    if (parts.length !== 2 || key === undefined || encoded === undefined || key.trim() === "") return undefined;
    try {
      attributes.set(decodeURIComponent(key.trim()), decodeURIComponent(encoded.trim()));
    } catch {
      return undefined;
    }
  }
  return attributes;
}

/** Writes `OTEL_RESOURCE_ATTRIBUTES`, everything outside RFC 3986's unreserved characters percent-encoded. */
export function formatResourceAttributes(attributes: ReadonlyMap<string, string>): string {
  return [...attributes]
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value.toWellFormed())}`)
    .join(",");
}
