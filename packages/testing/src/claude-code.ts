import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How to run the Claude Code CLI once. */
export interface ClaudeCodeOptions {
  readonly prompt: string;
  /** Address of the Messages API, e.g. `url` of the double. */
  readonly apiUrl: string;
  /** Where and how telemetry goes; without it telemetry stays off. */
  readonly otlp?: { readonly endpoint: string; readonly protocol: "http/json" | "http/protobuf" | "grpc" };
  /** As `--model` takes it. */
  readonly model?: string;
  /** Attributes for `OTEL_RESOURCE_ATTRIBUTES`: they land on every span, event and metric point. */
  readonly resourceAttributes?: Readonly<Record<string, string>>;
  /** More environment variables, e.g. `TRACEPARENT`. They win. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More arguments of the command. */
  readonly extraArguments?: readonly string[];
  /** The run is killed after this long. Default 120,000. */
  readonly timeoutMs?: number;
}

/** What the CLI did. */
export interface ClaudeCodeRun {
  /** Null when it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The document of `--output-format json`; undefined when there was none. */
  readonly result: ClaudeCodeResult | undefined;
}

/** The parts of the CLI's result that tests look at. */
export interface ClaudeCodeResult {
  readonly type: "result";
  readonly subtype: string;
  readonly is_error: boolean;
  readonly result?: string;
  readonly session_id: string;
  readonly num_turns: number;
  readonly total_cost_usd: number;
  /** Per model, sub-agents included. */
  readonly modelUsage: Readonly<
    Record<
      string,
      {
        readonly inputTokens: number;
        readonly outputTokens: number;
        readonly cacheReadInputTokens: number;
        readonly cacheCreationInputTokens: number;
        readonly costUSD: number;
      }
    >
  >;
}

/** The installed CLI, or undefined when it is not there. No install script has to have run. */
export function findClaudeCode(): string | undefined {
  const require = createRequire(import.meta.url);
  const executable = process.platform === "win32" ? "claude.exe" : "claude";
  const names = [process.arch, `${process.arch}-musl`].map((suffix) => `${process.platform}-${suffix}`);
  for (const name of names) {
    try {
      const manifest = require.resolve(`@anthropic-ai/claude-code-${name}/package.json`);
      const path = join(manifest, "..", executable);
      if (existsSync(path)) return path;
    } catch {
      // Not this platform's package.
    }
  }
  return undefined;
}

/** Runs `claude -p` against an API address, in a home and a working folder of its own. */
export async function runClaudeCode(options: ClaudeCodeOptions): Promise<ClaudeCodeRun> {
  const command = findClaudeCode();
  if (command === undefined) {
    throw new Error("expected @anthropic-ai/claude-code to be installed, found no binary; run `npm install` once more");
  }
  const folder = await mkdtemp(join(tmpdir(), "phasewise-claude-"));
  try {
    const { exitCode, stdout, stderr } = await runCommand(command, options, folder);
    return { exitCode, stdout, stderr, result: readResult(stdout) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function runCommand(
  command: string,
  options: ClaudeCodeOptions,
  folder: string,
): Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }> {
  const model = options.model === undefined ? [] : ["--model", options.model];
  const given = [
    "-p",
    options.prompt,
    "--output-format",
    "json",
    "--dangerously-skip-permissions",
    ...model,
    ...(options.extraArguments ?? []),
  ];
  const child = spawn(command, given, {
    cwd: folder,
    env: toEnvironment(options, folder),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: options.timeoutMs ?? 120_000,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    stdout += part;
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    stderr += part;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** Nothing of the caller's environment but the search path goes in: a developer's own settings would change the run. */
function toEnvironment(options: ClaudeCodeOptions, folder: string): Record<string, string> {
  return {
    // oxlint-disable-next-line node/no-process-env -- the tools that the CLI runs are found by it
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    TMPDIR: folder,
    ANTHROPIC_BASE_URL: options.apiUrl,
    ANTHROPIC_API_KEY: "sk-ant-double",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    // Lets root skip permission prompts, which the CLI refuses outside of a sandbox.
    IS_SANDBOX: "1",
    ...telemetryVariables(options),
    ...options.environment,
  };
}

function telemetryVariables(options: ClaudeCodeOptions): Record<string, string> {
  if (options.otlp === undefined) return {};
  const attributes = Object.entries(options.resourceAttributes ?? {});
  return {
    CLAUDE_CODE_ENABLE_TELEMETRY: "1",
    CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1",
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_ENDPOINT: options.otlp.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: options.otlp.protocol,
    OTEL_TRACES_EXPORT_INTERVAL: "500",
    OTEL_LOGS_EXPORT_INTERVAL: "500",
    OTEL_METRIC_EXPORT_INTERVAL: "1000",
    ...(attributes.length === 0
      ? {}
      : {
          OTEL_RESOURCE_ATTRIBUTES: attributes.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join(","),
        }),
  };
}

function readResult(stdout: string): ClaudeCodeResult | undefined {
  try {
    const value: unknown = JSON.parse(stdout);
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    const isResult = typeof last === "object" && last !== null && (last as { type?: unknown }).type === "result";
    return isResult ? (last as ClaudeCodeResult) : undefined;
  } catch {
    return undefined;
  }
}
