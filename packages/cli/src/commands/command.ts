import { type Command, Option } from "commander";
import type { CliContext } from "../context.ts";
import type { ExitCode } from "../errors.ts";
import { FORMATS, type Format } from "../format/document.ts";

/** What was typed: arguments in order, options by name, and the collector's URL when given. */
export interface Invocation {
  readonly args: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly url: string | undefined;
}

/** One command of `phasewise`. Adding one takes a file with this and a line in `registry.ts`. */
export interface CommandModule {
  /** Name and arguments, e.g. `run <id>`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Shown by `--help`: command lines and what each is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** Longer text for `--help`, when the summary does not say enough. */
  readonly details?: string;
  /** Adds options. */
  define(command: Command): void;
  run(invocation: Invocation, context: CliContext): Promise<ExitCode>;
}

/** Adds `--format` with the given choices, the first being the default. */
export function addFormat(command: Command, formats: readonly Format[] = FORMATS): void {
  command
    .addOption(new Option("--format <format>", "how to write the answer").choices(formats).default(formats[0]))
    .option("--all-columns", "show every column, however wide");
}

/** The value of a text option, or undefined. */
export function textOption(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === "string" ? value : undefined;
}

/** The chosen format. */
export function formatOption(invocation: Invocation): Format {
  return FORMATS.find((format) => format === invocation.options["format"]) ?? "table";
}
