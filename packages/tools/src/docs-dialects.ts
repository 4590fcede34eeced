import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DIALECTS } from "@phasewise/collector";
import { generatedPage, table } from "./markdown.ts";

const FOLDER = join(import.meta.dirname, "../../../collector/src/normalise/dialects");

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

interface Case {
  readonly title: string;
  readonly source: "captured" | "built";
  readonly expect: {
    readonly spans?: { readonly [spanId: string]: Json };
    readonly logs?: readonly Json[];
  };
}

/** `docs/dialects.md`: what telemetry is understood, in order of precedence, what is read from it, and what proves it. */
export function dialectsPage(): string {
  const rows = DIALECTS.map((dialect, index) => {
    const cases = casesOf(dialect.id);
    const captured = cases.filter((entry) => entry.source === "captured").length;
    return [
      String(index + 1),
      `\`${dialect.id}\``,
      dialect.title,
      dialect.versions,
      `${captured} captured, ${cases.length - captured} built`,
      dialect.reference,
    ];
  });
  const read = DIALECTS.map((dialect) => {
    const found = readBy(casesOf(dialect.id));
    return [`\`${dialect.id}\``, found.kinds.join(", "), found.columns.map((name) => `\`${name}\``).join(", ")];
  });
  const proofs = DIALECTS.map((dialect) => {
    const lines = casesOf(dialect.id).map((entry) => `- ${entry.title} (${entry.source})\n`);
    return `### ${dialect.title}\n\n${lines.join("")}`;
  });
  const intro =
    "The first dialect that recognises a span or log record reads it; the last one takes everything. A case is a payload and " +
    "what must be read from it: *captured* from the real emitter, or *built* from its source or specification.";
  const readIntro =
    "Everything that at least one case expects a value for; what no case proves is not listed. A call is one request, an " +
    "aggregate a sum over requests, which counts only while none of them is known by itself. Attributes that are not read " +
    "are kept beside, and any dialect's item can carry our own labels.\n\n";
  return (
    generatedPage("Dialects", "`collector/src/normalise/dialects`", intro) +
    table(["order", "id", "what it is", "versions", "cases", "reference"], rows) +
    `\n## What is read\n\n${readIntro}` +
    table(["id", "kinds of items", "columns"], read) +
    `\n## What proves it, case by case\n\n${proofs.join("\n")}`
  );
}

interface Read {
  /** What spans and records are taken for. */
  readonly kinds: readonly string[];
  /** Columns of the views that get a value. */
  readonly columns: readonly string[];
}

function readBy(cases: readonly Case[]): Read {
  const kinds = new Set<string>();
  const columns = new Set<string>();
  for (const { expect } of cases) {
    for (const item of [...Object.values(expect.spans ?? {}), ...(expect.logs ?? [])]) {
      for (const [path, value] of leaves(item)) {
        const kind = kindOf(path, value);
        if (kind !== undefined) kinds.add(kind);
        const column = columnOf(path);
        if (column !== undefined && value !== 0) columns.add(column);
      }
    }
  }
  return { kinds: [...kinds].sort(), columns: [...columns].sort() };
}

/** Every value of an expectation by its path; `null` says that something is absent. */
function leaves(value: Json, path: readonly string[] = []): readonly (readonly [readonly string[], Json])[] {
  if (value === null) return [];
  if (typeof value !== "object" || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function kindOf(path: readonly string[], value: Json): string | undefined {
  const [first, second] = path;
  if (first === "operation" && typeof value === "string" && value !== "other") return value.replaceAll("_", " ");
  if (first === "evidence" && second === "scope") return value === "call" ? "report of a call" : "aggregate";
  return first === "live" || first === "announces" ? "live state" : undefined;
}

/** Parts of an expectation that are how it is read, not what. */
const NO_COLUMN = new Set([
  "operation",
  "dialect",
  "rank",
  "scope",
  "notes",
  "status",
  "startedUnixNano",
  "endedUnixNano",
]);

/** `evidence.tokens.cacheReadTokens` is `cache_read_tokens`. */
function columnOf(path: readonly string[]): string | undefined {
  const name = path.at(-1);
  if (name === undefined || NO_COLUMN.has(name) || path[0] === "live" || path[0] === "announces") return undefined;
  if (name === "costReportedPicoUsd") return "cost_reported_usd";
  return name
    .replaceAll(/([a-z])([0-9]+[a-z])(?=[A-Z])/g, "$1_$2")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

function casesOf(id: string): readonly Case[] {
  const folder = join(FOLDER, id.replaceAll("_", "-"), "cases");
  return globSync("*.json", { cwd: folder })
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Case);
}
