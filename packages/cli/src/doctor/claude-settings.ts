import { access, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { CliContext } from "../context.ts";

/** Variables that decide whether and where Claude Code sends telemetry; nothing else is taken from its settings. */
const TELEMETRY =
  /^(?:CLAUDE_CODE_ENABLE_TELEMETRY|CLAUDE_CODE_ENHANCED_TELEMETRY_BETA|ENABLE_ENHANCED_TELEMETRY_BETA|OTEL_.+)$/;

/** The environment that Claude Code sees when started in this folder: the shell's, then its settings files'. */
export async function readClaudeEnvironment(context: CliContext): Promise<Record<string, string | undefined>> {
  const home = context.env["CLAUDE_CONFIG_DIR"] ?? join(context.env["HOME"] ?? context.cwd, ".claude");
  const files = [
    join(home, "settings.json"),
    join(context.cwd, ".claude", "settings.json"),
    join(context.cwd, ".claude", "settings.local.json"),
  ];
  const merged: Record<string, string | undefined> = { ...context.env };
  for (const file of files) Object.assign(merged, await readEnvironmentBlock(file));
  return merged;
}

/** Whether a `claude` is on the PATH or installed in this folder. */
export async function findClaudeCode(context: CliContext): Promise<boolean> {
  const folders = [join(context.cwd, "node_modules", ".bin"), ...(context.env["PATH"] ?? "").split(delimiter)];
  const found = await Promise.all(
    folders
      .filter((folder) => folder !== "")
      .flatMap((folder) => ["claude", "claude.exe"].map((name) => join(folder, name)))
      .map(async (path) => {
        try {
          await access(path);
          return true;
        } catch {
          return false;
        }
      }),
  );
  return found.includes(true);
}

async function readEnvironmentBlock(file: string): Promise<Record<string, string>> {
  try {
    const settings = JSON.parse(await readFile(file, "utf8")) as { env?: Record<string, unknown> } | null;
    const entries = Object.entries(settings?.env ?? {});
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => TELEMETRY.test(entry[0]) && typeof entry[1] === "string"),
    );
  } catch {
    return {};
  }
}
