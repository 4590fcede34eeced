import { styleText } from "node:util";

/** Everything that a command may touch of the world, so that a test can hand it another one. */
export interface CliContext {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Read by `sql -`. */
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof fetch;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly cwd: string;
  /** Whether people look at stdout. */
  readonly isTTY: boolean;
  /** Width of the terminal in characters, when known. */
  readonly columns: number | undefined;
  /** Version of the running Node, e.g. `v24.21.0`. */
  readonly nodeVersion: string;
  /** Runs the collector until it stops; takes its flags and environment, gives its exit code. */
  readonly startCollector: (
    argv: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
  ) => Promise<number>;
  /** Runs a program with this one's terminal and resolves to its exit code. */
  readonly spawn: (command: string, args: readonly string[], cwd: string) => Promise<number>;
}

/** Colours that mean the same everywhere. */
export type Tone = "strong" | "quiet" | "good" | "warning" | "bad";

const STYLES = {
  strong: "bold",
  quiet: "dim",
  good: "green",
  warning: "yellow",
  bad: "red",
} as const satisfies Record<Tone, string>;

/** Colours text when people look at it on a terminal and `NO_COLOR` is not set; otherwise gives it back as it is. */
export function paint(context: CliContext, tone: Tone, text: string): string {
  const wanted = context.isTTY && (context.env["NO_COLOR"] ?? "") === "" && context.env["TERM"] !== "dumb";
  return wanted ? styleText(STYLES[tone], text, { validateStream: false }) : text;
}

/** Characters that a line may take: the terminal's, `COLUMNS`, or 120. */
export function lineWidth(context: CliContext): number {
  const fromEnvironment = Number(context.env["COLUMNS"]);
  if (context.columns !== undefined && context.columns > 0) return context.columns;
  return Number.isInteger(fromEnvironment) && fromEnvironment > 0 ? fromEnvironment : 120;
}
