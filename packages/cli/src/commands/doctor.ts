import { baseUrlOf, DEFAULT_URL } from "../api-client.ts";
import { type CliContext, paint, type Tone } from "../context.ts";
import { findClaudeCode, readClaudeEnvironment } from "../doctor/claude-settings.ts";
import type { Finding, Level } from "../doctor/finding.ts";
import { readInstallation } from "../doctor/installed.ts";
import type { Probe } from "../doctor/probe.ts";
import { CHECKS } from "../doctor/registry.ts";
import { EXIT } from "../errors.ts";
import { printable } from "../format/cells.ts";
import { addFormat, type CommandModule, formatOption } from "./command.ts";

const SIGNS: Readonly<Record<Level, readonly [sign: string, tone: Tone]>> = {
  ok: ["ok  ", "good"],
  warn: ["warn", "warning"],
  fail: ["fail", "bad"],
};

/** `phasewise doctor`: what is wrong with the set-up of the agent in this folder. */
export const doctorCommand: CommandModule = {
  usage: "doctor",
  summary: "find what keeps telemetry of this folder's agent from arriving, or falsifies it",
  examples: [
    ["cd my-agent && phasewise doctor", "look at the packages and the environment of an agent"],
    ["phasewise doctor --format json", "for scripts; exit code 1 when something fails"],
  ],
  details:
    "Run it in the folder and the shell that the agent is started from. It reads package versions in node_modules,\n" +
    "telemetry variables and Claude Code's settings files, and sends one empty request to the OTLP endpoint.",
  define(command) {
    addFormat(command, ["table", "json"]);
  },
  async run(invocation, context) {
    const findings = await examine(context, baseUrlOf(invocation.url ?? context.env["PHASEWISE_URL"] ?? DEFAULT_URL));
    if (formatOption(invocation) === "json") context.stdout.write(`${JSON.stringify({ findings }, null, 2)}\n`);
    else context.stdout.write(findingsText(context, findings));
    return findings.some((finding) => finding.level === "fail") ? EXIT.failed : EXIT.ok;
  },
};

async function examine(context: CliContext, collectorUrl: string): Promise<Finding[]> {
  const [installation, claudeEnv, hasClaudeCode] = await Promise.all([
    readInstallation(context.cwd),
    readClaudeEnvironment(context),
    findClaudeCode(context),
  ]);
  const probe: Probe = { context, collectorUrl, installation, env: context.env, claudeEnv, hasClaudeCode };
  const perCheck = await Promise.all(
    CHECKS.map(async (check) => {
      const found = await check.run(probe);
      return found.map((finding): Finding => Object.assign({ check: check.name }, finding));
    }),
  );
  const findings: Finding[] = perCheck.flat();
  if (!installation.complete) {
    findings.push({
      check: "packages",
      level: "warn",
      what: "There are too many packages here to look at all of them; copies may have been missed.",
      mend: "Run the doctor in the folder of one application.",
    });
  }
  return findings;
}

function findingsText(context: CliContext, findings: readonly Finding[]): string {
  const width = Math.max(...findings.map((finding) => finding.check.length));
  const lines = findings.map((finding) => {
    const [sign, tone] = SIGNS[finding.level];
    const first = `${paint(context, tone, sign)}  ${finding.check.padEnd(width)}  ${printable(finding.what)}\n`;
    if (finding.mend === undefined) return first;
    return `${first}${" ".repeat(width + 8)}${paint(context, "quiet", "mend:")} ${printable(finding.mend)}\n`;
  });
  const counted = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  return `${lines.join("")}\n${counted("ok")} ok, ${counted("warn")} warn, ${counted("fail")} fail\n`;
}
