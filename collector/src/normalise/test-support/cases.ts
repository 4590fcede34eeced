/** Reads the cases of the dialects: real or built payloads, and what must be read from them. */
import { readdirSync, readFileSync } from "node:fs";
import { decodeJson } from "../../decode/json.ts";
import type { Signal } from "../../decode/otlp.ts";
import { normalise } from "../normalise.ts";
import type { Batch, CallReading } from "../records.ts";

/** JSON as it is read from a file. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One case file. In an expectation `null` means "must be absent"; a bigint is its digits. */
export interface Case {
  readonly title: string;
  readonly source: "captured" | "built";
  readonly otlp: { readonly [key: string]: Json };
  readonly expect: {
    /** By span id; every span of the payload has one. */
    readonly spans?: { readonly [spanId: string]: Json };
    /** In the order of the payload; every record has one. */
    readonly logs?: readonly Json[];
    /** Sums over the calls of the payload, each of the token buckets by its name. */
    readonly totals?: { readonly [name: string]: Json };
  };
}

/** A case and where it is. */
export interface CaseFile {
  readonly folder: string;
  readonly file: string;
  readonly content: Case;
}

/** The folder of the dialects. */
export const DIALECTS_FOLDER: URL = new URL("../dialects/", import.meta.url);

const SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ["resourceSpans", "traces"],
  ["resourceLogs", "logs"],
  ["resourceMetrics", "metrics"],
]);

/** Names of the dialect folders. */
export function dialectFolders(): readonly string[] {
  return readdirSync(DIALECTS_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

/** Every case of every dialect. */
export function readCases(): readonly CaseFile[] {
  return dialectFolders().flatMap((folder) => {
    const url = new URL(`${folder}/cases/`, DIALECTS_FOLDER);
    return readdirSync(url).map((file) => {
      const content: Case = JSON.parse(readFileSync(new URL(file, url), "utf8"));
      return { folder, file, content };
    });
  });
}

/** The records of an OTLP/JSON request of any signal. */
export function normaliseJson(otlp: Case["otlp"]): Batch {
  const signal = SIGNALS.get(Object.keys(otlp)[0] ?? "");
  if (signal === undefined) throw new Error(`expected resourceSpans, resourceLogs or resourceMetrics`);
  const request = decodeJson(signal, JSON.stringify(otlp));
  if (request.rejected > 0) throw new Error(request.reasons.join("; "));
  return normalise(request, 1n);
}

/** What is read, as the JSON that expectations are written in. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? String(item) : item)));
}

/** Sums over the evidence of a batch. */
export function totalsOf(batch: Batch): { readonly [name: string]: Json } {
  const evidence = [...batch.spans, ...batch.logs]
    .map((record) => record.reading.evidence)
    .filter((reading): reading is CallReading => reading !== undefined);
  const calls = evidence.filter((reading) => reading.scope === "call");
  const totals: Record<string, number> = {};
  for (const { tokens } of calls) {
    for (const [name, count] of Object.entries(tokens)) {
      if (typeof count === "number") totals[name] = (totals[name] ?? 0) + count;
    }
  }
  return {
    ...totals,
    calls: calls.length,
    aggregates: evidence.length - calls.length,
    costReportedPicoUsd: String(calls.reduce((sum, call) => sum + (call.costReportedPicoUsd ?? 0n), 0n)),
  };
}

/** The differences between what is read and what is expected, as `path: expected ..., read ...`. */
export function differences(read: Json | undefined, expected: Json, path: string): readonly string[] {
  if (isRecord(expected)) {
    if (!isRecord(read)) return [`${path}: expected an object, read ${JSON.stringify(read)}`];
    return Object.keys(expected).flatMap((key) => differences(read[key], expected[key] ?? null, `${path}.${key}`));
  }
  const same = expected === null ? read === undefined : JSON.stringify(read) === JSON.stringify(expected);
  return same ? [] : [`${path}: expected ${JSON.stringify(expected)}, read ${JSON.stringify(read)}`];
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
