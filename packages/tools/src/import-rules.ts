/**
 * The direction in which imports may go, as a table, and the check that reads the tree.
 * In words: a stage knows what it is given, never who it gives it to.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** One place and what it may import of ours. Paths are from the repository root; a package is its name. */
export interface ImportRule {
  readonly place: string;
  readonly may: readonly string[];
}

/** Files that are contracts between stages: shapes and constants, no behaviour. */
const OTLP = "collector/src/decode/otlp.ts";
const ENTRY = "collector/src/journal/entry.ts";
const RECORDS = "collector/src/normalise/records.ts";
const SETTLEMENT = "collector/src/normalise/settlement.ts";
const STORE = "collector/src/store/store.ts";
const ERRORS = "collector/src/errors.ts";
const CONFIG = "collector/src/config.ts";
const GUARD = "collector/src/guard.ts";
const SHARE = "collector/src/fair-share.ts";
const COUNTERS = "collector/src/self-metrics.ts";

/** The table. A place may always import from itself. */
export const IMPORT_RULES: readonly ImportRule[] = [
  { place: "collector/src/receive", may: [OTLP, ERRORS, CONFIG, GUARD, SHARE] },
  { place: "collector/src/decode", may: [ERRORS] },
  { place: "collector/src/journal", may: [OTLP, ERRORS, SHARE] },
  { place: "collector/src/normalise", may: [OTLP, ERRORS, "@phasewise/semconv", "@phasewise/providers"] },
  { place: "collector/src/store", may: [OTLP, ENTRY, RECORDS, SETTLEMENT, ERRORS] },
  { place: "collector/src/views", may: [STORE, ERRORS, "@phasewise/api"] },
  {
    place: "collector/src/serve",
    may: ["collector/src/views", STORE, ERRORS, CONFIG, GUARD, COUNTERS, "@phasewise/api"],
  },
  { place: "packages/semconv/src", may: [] },
  { place: "packages/providers/src", may: [] },
  { place: "packages/api/src", may: [] },
  { place: "packages/sdk/src", may: ["@phasewise/semconv"] },
  { place: "packages/cli/src", may: ["@phasewise/api", "@phasewise/collector"] },
  { place: "packages/web/src", may: ["@phasewise/api"] },
];

/** One forbidden import. */
export interface Violation {
  readonly file: string;
  readonly imports: string;
  readonly sentence: string;
}

/** What a check found, and how many files and imports it read: a check that read nothing proves nothing. */
export interface ImportReport {
  readonly files: number;
  readonly imports: number;
  readonly violations: readonly Violation[];
}

const IMPORT = /^\s*(?:import|export)\s[^"';]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;

/** Reads every source file below the rules' places. Tests may import what they like. */
export function checkImports(root: string, rules: readonly ImportRule[] = IMPORT_RULES): ImportReport {
  const violations: Violation[] = [];
  let files = 0;
  let imports = 0;
  for (const rule of rules) {
    for (const path of globSync(`${rule.place}/**/*.{ts,tsx}`, { cwd: root })) {
      if (/\.test\.tsx?$|\/test-support\//.test(path)) continue;
      files++;
      for (const specifier of importsOf(readFileSync(join(root, path), "utf8"))) {
        imports++;
        const target = resolveImport(root, path, specifier);
        if (target === undefined || target.startsWith(`${rule.place}/`)) continue;
        if (rule.may.some((allowed) => target === allowed || target.startsWith(`${allowed}/`))) continue;
        violations.push({
          file: path,
          imports: target,
          sentence: `${rule.place} may import ${rule.may.join(", ") || "nothing of ours"}; it imports ${target}`,
        });
      }
    }
  }
  return { files, imports, violations };
}

/** Module specifiers that a source text imports or re-exports. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** A path from the root for a relative import, a package name for one of ours, undefined for a foreign one. */
function resolveImport(root: string, file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return relative(root, join(root, dirname(file), specifier));
  if (!specifier.startsWith("@phasewise/")) return undefined;
  return specifier.split("/").slice(0, 2).join("/");
}
