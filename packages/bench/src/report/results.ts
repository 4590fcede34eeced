import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Result } from "./print.ts";

/** Where results are committed, one JSON object a file. */
export const RESULTS_FOLDER: string = fileURLToPath(new URL("../../results/", import.meta.url));

/** A committed result, and the name of its file without `.json`. */
export interface NamedResult {
  readonly name: string;
  readonly result: Result;
}

/** Reads all results of a folder, by name. */
export async function readResults(folder: string = RESULTS_FOLDER): Promise<readonly NamedResult[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".json")).sort();
  return await Promise.all(
    files.map(async (file) => ({ name: file.slice(0, -".json".length), result: await readResult(join(folder, file)) })),
  );
}

/** Reads one result. */
export async function readResult(path: string): Promise<Result> {
  const result: unknown = JSON.parse(await readFile(path, "utf8"));
  if (typeof result === "object" && result !== null && "command" in result) return result as Result;
  throw new Error(`${path}: expected what a command prints with --json, an object with "command"`);
}
