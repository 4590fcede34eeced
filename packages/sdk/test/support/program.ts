import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** How a program ended and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** Milliseconds from the last thing it said on stdout to its end. */
  readonly endMs: number;
}

export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether `@phasewise/sdk/register` is loaded. */
  readonly register?: boolean;
  /** The node binary; default: the one that runs the tests, on the sources. */
  readonly node?: string;
  /** A signal to send once the program has written `ready`. */
  readonly kill?: NodeJS.Signals;
  /** Waits with the signal until this is true as well. */
  readonly killWhen?: () => boolean;
}

/** This process's environment without anything that concerns telemetry. */
function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(OTEL|PHASEWISE|TRACE|NODE_|VITEST)/.test(entry[0]),
  );
  return Object.fromEntries(entries);
}

/** Runs a program of `test/programs` to its end. */
export function runProgram(name: string, options: ProgramOptions = {}): Promise<Ended> {
  const { args = [], env = {}, register = true, node, kill, killWhen = () => true } = options;
  const flags = node === undefined ? ["--conditions=@phasewise/source"] : [];
  if (register) flags.push("--import", "@phasewise/sdk/register");
  const file = fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
  const started = performance.now();
  const child = spawn(node ?? process.execPath, [...flags, file, ...args], {
    cwd: fileURLToPath(new URL("../programs", import.meta.url)),
    env: { ...cleanEnvironment(), ...env },
  });
  let stdout = "";
  let waiting: NodeJS.Timeout | undefined;
  const signalWhenTime = (): void => {
    if (!killWhen()) return;
    clearInterval(waiting);
    child.kill(kill);
  };
  let stderr = "";
  let lastSaid = started;
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    lastSaid = performance.now();
    if (kill !== undefined && stdout.includes("ready")) waiting ??= setInterval(signalWhenTime, 10);
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      const now = performance.now();
      resolve({ code, signal, stdout, stderr, ms: now - started, endMs: now - lastSaid });
    });
  });
}

const bare = new Map<string, Promise<Ended>>();

/** How a program ends without us; run once per program and argument. */
export function runBare(name: string, ending: string): Promise<Ended> {
  const key = `${name} ${ending}`;
  const ended = bare.get(key) ?? runProgram(name, { args: [ending], register: false });
  bare.set(key, ended);
  return ended;
}

/** A node binary of the given major version on the path, if there is one. */
export function findNode(major: number): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const candidate = join(folder, "node");
    if (!existsSync(candidate)) continue;
    const version = execFileSync(candidate, ["--version"], { encoding: "utf8" });
    if (version.startsWith(`v${major}.`)) return candidate;
  }
  return undefined;
}
