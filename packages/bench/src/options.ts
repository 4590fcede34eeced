/** Options of a command line, checked. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { hasBuiltCollector } from "./collector/collector.ts";

/** Options as they were given. */
export interface Options {
  number(name: string, fallback: number): number;
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** Settings of the collector from `--set journal_max_bytes=1000000`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether the compiled collector is measured: when it is there, unless `--source` is given. */
  readonly built: boolean;
  /** Words that are no options. */
  readonly words: readonly string[];
}

const NUMBERS = [
  "seconds",
  "senders",
  "rate",
  "spans",
  "spans-per-request",
  "rounds",
  "count",
  "seed",
  "content",
  "repeats",
  "readers",
  "capacity",
  "exporters",
  "tolerance",
] as const;
const FLAGS = ["json", "gzip", "mix", "built", "source", "help", "encode-json"] as const;
const TEXTS = ["data", "only"] as const;

/** Reads arguments; throws an error that says what was expected. */
export function readOptions(args: readonly string[]): Options {
  const config: ParseArgsOptionsConfig = { set: { type: "string", multiple: true } };
  for (const name of [...NUMBERS, ...TEXTS]) config[name] = { type: "string" };
  for (const name of FLAGS) config[name] = { type: "boolean" };
  const { values, positionals } = parseArgs({ args: [...args], options: config, allowPositionals: true });
  const settings: Record<string, string> = {};
  for (const pair of (values["set"] ?? []) as string[]) {
    const [, name, value] = /^([a-z_]+)=(.+)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) throw new Error(`--set: expected name=value, got ${pair}`);
    settings[`PHASEWISE_${name.toUpperCase()}`] = value;
  }
  return {
    number(name, fallback) {
      const text = values[name];
      if (text === undefined) return fallback;
      const value = Number(text);
      if (Number.isFinite(value) && value >= 0 && text !== "") return value;
      throw new Error(`--${name}: expected a number from 0 on, got ${String(text)}`);
    },
    flag: (name) => values[name] === true,
    text: (name) => values[name] as string | undefined,
    settings,
    built: values["built"] === true || (values["source"] !== true && hasBuiltCollector()),
    words: positionals,
  };
}
