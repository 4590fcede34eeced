/** The formats that a table can be had in: a registry, one line each. */
import type { Table } from "@phasewise/api";
import { PhasewiseError } from "../../errors.ts";
import { toJson } from "../json.ts";
import { toCsv } from "./csv.ts";
import { toMarkdown } from "./markdown.ts";
import { toNdjson } from "./ndjson.ts";

/** One way to write a table. */
export interface Format {
  readonly id: string;
  /** Media type without parameters, as an Accept header names it. */
  readonly mediaType: string;
  readonly write: (table: Table) => string;
}

const JSON_FORMAT: Format = { id: "json", mediaType: "application/json", write: toJson };

/** The registry; the first is used when nothing else is asked for. */
const FORMATS: readonly Format[] = [
  JSON_FORMAT,
  { id: "csv", mediaType: "text/csv", write: toCsv },
  { id: "markdown", mediaType: "text/markdown", write: toMarkdown },
  { id: "ndjson", mediaType: "application/x-ndjson", write: toNdjson },
];

/** The format that `format=` names, else the first that the Accept header lists, else JSON. */
export function chooseFormat(wanted: string | undefined, accept: string | undefined): Format {
  if (wanted !== undefined && wanted !== "") {
    const format = FORMATS.find((candidate) => candidate.id === wanted);
    if (format !== undefined) return format;
    const known = FORMATS.map((candidate) => candidate.id).join(", ");
    throw new PhasewiseError("PARAMETER_INVALID", `format: expected one of ${known}; got "${wanted.slice(0, 100)}".`);
  }
  for (const range of (accept ?? "").split(",")) {
    const mediaType = range.split(";")[0]?.trim().toLowerCase();
    const format = FORMATS.find((candidate) => candidate.mediaType === mediaType);
    if (format !== undefined) return format;
  }
  return JSON_FORMAT;
}
