import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../src/cli.ts";
import type { CliContext } from "../../src/context.ts";

/** What one command line did. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in an empty folder and an empty environment, unless the test says otherwise. */
export async function run(argv: readonly string[], changes: Partial<CliContext> = {}): Promise<Outcome> {
  let out = "";
  let err = "";
  const context: CliContext = {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    stdin: (async function* () {})(),
    env: {},
    fetch: globalThis.fetch,
    now: Date.now,
    cwd: emptyFolder(),
    isTTY: false,
    columns: undefined,
    nodeVersion: process.version,
    startCollector: async () => 0,
    spawn: async () => 0,
    ...changes,
  };
  const code = await runCli(argv, context);
  return { code, out, err };
}

/** A new folder in which nothing is installed. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), "phasewise-cli-"));
}
