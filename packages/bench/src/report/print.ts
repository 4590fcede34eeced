/** Results for people and for programs. */
import { availableParallelism, cpus, totalmem } from "node:os";

/** A result: what was run, where, and the figures. Names end in their unit. */
export interface Result {
  readonly command: string;
  readonly [figure: string]: unknown;
}

/** A result with the machine that it was measured on. */
export function withMachine(result: Result): Result {
  return {
    ...result,
    measured_at: new Date().toISOString(),
    node: process.version,
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      memory_gb: Math.round(totalmem() / 2 ** 30),
    },
  };
}

/** Writes a result to standard output: one JSON object, or a line a figure. */
export function printResult(result: Result, json: boolean): void {
  const text = json ? JSON.stringify(withMachine(result)) : table(result);
  process.stdout.write(`${text}\n`);
}

/** Tells a person what happens, on standard error, so that standard output is the result alone. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A figure to at most three significant digits behind the comma that matter. */
export function round(value: number): number {
  if (Math.abs(value) >= 100) return Math.round(value);
  return Number(value.toPrecision(3));
}

function table(result: Result): string {
  const lines = flatten(result, "");
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function flatten(value: object, prefix: string): (readonly [string, string])[] {
  return Object.entries(value).flatMap(([name, one]): (readonly [string, string])[] => {
    if (typeof one === "object" && one !== null && !Array.isArray(one)) return flatten(one, `${prefix}${name}.`);
    if (Array.isArray(one) && one.some((item) => typeof item === "object")) {
      return one.flatMap((item: object, index) => flatten(item, `${prefix}${name}.${index}.`));
    }
    return [[`${prefix}${name}`, typeof one === "number" ? one.toLocaleString("en-US") : String(one)]];
  });
}
