import type { CliContext } from "../context.ts";
import type { Finding } from "./finding.ts";
import type { Installation } from "./installed.ts";

/** What the checks look at. */
export interface Probe {
  readonly context: CliContext;
  /** Base URL of the collector's page and API. */
  readonly collectorUrl: string;
  readonly installation: Installation;
  /** Environment of agents started here: this shell's. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Environment of Claude Code started here: the shell's under what its settings files add. */
  readonly claudeEnv: Readonly<Record<string, string | undefined>>;
  /** Whether Claude Code can be started here. */
  readonly hasClaudeCode: boolean;
}

/** One check. Adding one takes a file with this and a line in `registry.ts`. */
export interface Check {
  readonly name: string;
  run(probe: Probe): Promise<readonly Omit<Finding, "check">[]>;
}

/** Milliseconds that the doctor waits for any one answer. */
export const PATIENCE_MS = 5000;
