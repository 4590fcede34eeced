/** A kind of value that an option takes. */
type OptionKind = "boolean" | "milliseconds" | "text";

/** One row of the table of options. */
export interface OptionRow {
  /** Name in `register(...)` options. */
  readonly name: keyof Options;
  /** Name of the environment variable. */
  readonly variable: string;
  readonly kind: OptionKind;
  readonly fallback: boolean | number | undefined;
  /** What it does, one sentence. */
  readonly text: string;
}

/** What can be set about the SDK beside the standard OpenTelemetry variables. */
export interface Options {
  /** Whether `register` does anything. */
  readonly enabled: boolean;
  /** Whether start events and heartbeats are sent. */
  readonly live: boolean;
  /** Time between two heartbeats of an open run (milliseconds). */
  readonly heartbeatInterval: number;
  /** Whether child processes that are started inside a run get trace and labels. */
  readonly childProcesses: boolean;
  /** Whether the git commit is looked up for runs. */
  readonly git: boolean;
  /** Whether labels are written to and read from W3C baggage. */
  readonly baggage: boolean;
  /** Longest time that a flush at exit may take (milliseconds). */
  readonly flushTimeout: number;
  /** Whether `process.exit` and crashes wait for the last batch. */
  readonly exitFlush: boolean;
  /** Session of everything in this process. */
  readonly sessionId: string | undefined;
  /** User of everything in this process. */
  readonly userId: string | undefined;
}

/** Every option with its variable, default and meaning: the single source of the documentation. */
export const OPTION_TABLE: readonly OptionRow[] = [
  {
    name: "enabled",
    variable: "PHASEWISE_ENABLED",
    kind: "boolean",
    fallback: true,
    text: "`false` makes `register` do nothing, as `OTEL_SDK_DISABLED=true` does.",
  },
  {
    name: "live",
    variable: "PHASEWISE_LIVE",
    kind: "boolean",
    fallback: true,
    text: "Send a small log event when a run, phase, agent, tool call or model call starts, and heartbeats of open runs.",
  },
  {
    name: "heartbeatInterval",
    variable: "PHASEWISE_HEARTBEAT_INTERVAL",
    kind: "milliseconds",
    fallback: 10_000,
    text: "Milliseconds between two heartbeats of an open run.",
  },
  {
    name: "childProcesses",
    variable: "PHASEWISE_CHILD_PROCESSES",
    kind: "boolean",
    fallback: true,
    text: "Give trace and labels to child processes that are started inside a run.",
  },
  {
    name: "git",
    variable: "PHASEWISE_GIT",
    kind: "boolean",
    fallback: true,
    text: "Look up the git commit of the working directory for each run (reads files, starts no process).",
  },
  {
    name: "baggage",
    variable: "PHASEWISE_BAGGAGE",
    kind: "boolean",
    fallback: false,
    text: "Carry the labels in W3C baggage too. Baggage is sent with every instrumented HTTP request, also to the Claude API.",
  },
  {
    name: "flushTimeout",
    variable: "PHASEWISE_FLUSH_TIMEOUT",
    kind: "milliseconds",
    fallback: 2000,
    text: "Longest time in milliseconds that sending the last data may delay the end of the process.",
  },
  {
    name: "exitFlush",
    variable: "PHASEWISE_EXIT_FLUSH",
    kind: "boolean",
    fallback: true,
    text: "Send what is left also on `process.exit` and on a crash, which waits for a helper thread.",
  },
  {
    name: "sessionId",
    variable: "PHASEWISE_SESSION_ID",
    kind: "text",
    fallback: undefined,
    text: "Session of everything in this process (`session.id`).",
  },
  {
    name: "userId",
    variable: "PHASEWISE_USER_ID",
    kind: "text",
    fallback: undefined,
    text: "User of everything in this process (`user.id`).",
  },
];

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. The only place that touches it. */
export function processEnvironment(): Environment {
  // oxlint-disable-next-line node/no-process-env
  return process.env;
}

/** A variable that is set and not blank, trimmed; OpenTelemetry treats an empty variable as unset. */
export function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === "" ? undefined : value;
}

/** A boolean variable: `true`, `1`, `false` or `0` in any case; anything else counts as unset. */
export function flag(env: Environment, name: string): boolean | undefined {
  const value = text(env, name)?.toLowerCase();
  if (value === "true" || value === "1") return true;
  return value === "false" || value === "0" ? false : undefined;
}

/** A positive whole number (often milliseconds); anything else counts as unset. */
export function positive(env: Environment, name: string): number | undefined {
  const value = Number(text(env, name));
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

function read(env: Environment, row: OptionRow): boolean | number | string | undefined {
  if (row.kind === "boolean") return flag(env, row.variable) ?? row.fallback;
  if (row.kind === "milliseconds") return positive(env, row.variable) ?? row.fallback;
  return text(env, row.variable) ?? row.fallback;
}

/** Options from the environment, with what was given in code before it. */
export function readOptions(env: Environment = processEnvironment(), given: Partial<Options> = {}): Options {
  const options: Record<string, unknown> = {};
  for (const row of OPTION_TABLE) options[row.name] = given[row.name] ?? read(env, row);
  return options as unknown as Options;
}
