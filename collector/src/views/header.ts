/** The comment block at the top of a SQL file: what it is, in words and in `key: value` lines. */
import type { ReportParameter } from "@phasewise/api";
import { PhasewiseError } from "../errors.ts";

/** What the comment block says. */
export interface Header {
  /** The sentences before the first `key:` line. */
  readonly lead: string;
  /** Every `key: value` line, in order. */
  readonly entries: readonly { readonly key: string; readonly value: string }[];
  /** The text after the block. */
  readonly body: string;
}

const KEYS = new Set(["grain", "reads", "title", "parameter", "column", "columns"]);
const TYPES = ["text", "timestamp", "integer", "number"] as const;

/** Takes the comment block off a file. A line that starts with none of the keys belongs to the lead. */
export function readHeader(text: string): Header {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("--"));
  const lead: string[] = [];
  const entries: { key: string; value: string }[] = [];
  for (const line of lines.slice(0, end)) {
    const content = line.replace(/^--\s?/, "");
    const match = /^([a-z]+): (.*)$/.exec(content);
    if (match !== null && KEYS.has(match[1] ?? "")) entries.push({ key: match[1] ?? "", value: match[2] ?? "" });
    else lead.push(content);
  }
  return { lead: lead.join(" ").trim(), entries, body: lines.slice(end).join("\n").trim() };
}

/** The only value of a key; a file that has it not, or twice, is refused. */
export function single(header: Header, key: string, file: string): string {
  const values = all(header, key);
  const [value] = values;
  if (values.length !== 1 || value === undefined || value === "") {
    throw new PhasewiseError("VIEW_INVALID", `${file}: expected one line "-- ${key}: ...", found ${values.length}.`);
  }
  return value;
}

/** Every value of a key, in order. */
export function all(header: Header, key: string): readonly string[] {
  return header.entries.filter((entry) => entry.key === key).map((entry) => entry.value);
}

/** Names of a comma-separated list. */
export function names(list: string): readonly string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** Reads `since timestamp default 30d: what it is`; a default of `none` means "no filter". */
export function readParameter(value: string, file: string): ReportParameter {
  const match = /^([a-z_]+) ([a-z]+) default ([^\s:]+): (.+)$/.exec(value);
  const type = TYPES.find((known) => known === match?.[2]);
  if (match === null || type === undefined) {
    throw new PhasewiseError(
      "VIEW_INVALID",
      `${file}: expected "-- parameter: name ${TYPES.join("|")} default value: comment", got "${value}".`,
    );
  }
  const [, name = "", , fallback = "", comment = ""] = match;
  return { name, type, default: fallback === "none" ? null : fallback, comment };
}
