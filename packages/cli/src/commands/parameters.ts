import { CliError, EXIT } from "../errors.ts";

/** Collects repeated `--param name=value` options into one record. */
export function collectParameter(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const split = text.indexOf("=");
  if (split < 1) {
    throw new CliError(
      EXIT.usage,
      `--param: expected name=value, got "${text}".`,
      "Example: --param model=claude-opus-5",
    );
  }
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
}

/** The record that `collectParameter` made, or an empty one. */
export function parametersOf(value: unknown): Readonly<Record<string, string>> {
  return typeof value === "object" && value !== null ? (value as Record<string, string>) : {};
}

/** Reads a value of `--param` as SQL should see it: numbers, true, false and null as such, other text as text. */
export function sqlValue(text: string): string | number | boolean | null {
  if (text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  // A number that would not come back as the same text (long ids, 007, 1e3) stays text.
  return text !== "" && String(number) === text && Number.isFinite(number) ? number : text;
}
