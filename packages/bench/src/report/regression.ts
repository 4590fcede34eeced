/** Compares a new result with a committed one by ratios, which hold on any machine; never by times. */
import { join } from "node:path";
import type { Options } from "../options.ts";
import type { Result } from "./print.ts";
import { readResult, RESULTS_FOLDER } from "./results.ts";

const DEFAULT_TOLERANCE = 0.15;

/** A ratio that became worse than allowed. */
export interface Regression {
  readonly figure: string;
  readonly committed: number;
  readonly measured: number;
}

/** Ratios to a floor that fell by more than the tolerance. Ratios that are in one result alone are not compared. */
export function regressions(committed: Result, measured: Result, tolerance: number): readonly Regression[] {
  return Object.entries(committed).flatMap(([figure, before]): Regression[] => {
    const now = measured[figure];
    if (!figure.startsWith("ratio_to_") || typeof before !== "number" || typeof now !== "number") return [];
    return now < before * (1 - tolerance) ? [{ figure, committed: before, measured: now }] : [];
  });
}

/** `compare <committed> <new>`: a committed result by name or path, and the file of a new one. */
export async function compareResults(options: Options): Promise<Result> {
  const [committed, measured] = options.words;
  if (committed === undefined || measured === undefined) {
    throw new Error("expected the name of a committed result and the file of a new one");
  }
  const path = committed.endsWith(".json") ? committed : join(RESULTS_FOLDER, `${committed}.json`);
  const tolerance = options.number("tolerance", DEFAULT_TOLERANCE);
  const found = regressions(await readResult(path), await readResult(measured), tolerance);
  return { command: "compare", tolerance, regressions: found, verified: found.length === 0 };
}
