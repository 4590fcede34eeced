import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import type { CommandModule } from "./commands/command.ts";
import { COMMANDS } from "./commands/registry.ts";
import { type CliContext, lineWidth, paint } from "./context.ts";
import { CliError, EXIT, type ExitCode } from "./errors.ts";

const INTRODUCTION = `
First steps:
  phasewise serve                     start the collector (page at http://127.0.0.1:4319)
  phasewise doctor                    check the set-up of the agent in this folder
  phasewise runs                      what runs and ran
  phasewise report phase_report       time, tokens and money per phase

Environment:
  PHASEWISE_URL    collector to talk to (default http://127.0.0.1:4319)
  PHASEWISE_TOKEN  its token, when it asks for one
  NO_COLOR         no colours

Exit codes: 0 fine, 1 failed or found something, 2 wrong usage, 3 no collector, or not ready.
`;

/** Runs one command line (without `node` and the script) and resolves to the exit code; never throws. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return EXIT.ok;
    }
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return explain(error, context);
  }
}

function createProgram(context: CliContext, finish: (code: ExitCode) => void): Command {
  const program = new Command("phasewise")
    .description("Time, tokens, money and outcome of Claude agents, per phase, per agent, per model.")
    .option("--url <url>", "collector to talk to, over PHASEWISE_URL")
    .version(packageVersion(), "--version", "show the version")
    .addHelpText("after", INTRODUCTION)
    .configureHelp({ helpWidth: Math.min(lineWidth(context), 120) });
  configure(program, context);
  for (const module of COMMANDS) {
    const command = program.command(module.usage).description(module.summary).addHelpText("after", helpOf(module));
    configure(command, context);
    module.define(command);
    command.action(async () => {
      const { url, ...options } = command.optsWithGlobals<Record<string, unknown>>();
      const args = command.processedArgs as (string | undefined)[];
      finish(await module.run({ args, options, url: typeof url === "string" ? url : undefined }, context));
    });
  }
  return program;
}

function configure(command: Command, context: CliContext): void {
  command
    .exitOverride()
    .showHelpAfterError(`Run with --help for what is possible.`)
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => lineWidth(context),
      getErrHelpWidth: () => lineWidth(context),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function helpOf(module: CommandModule): string {
  const examples = module.examples.map(([line, purpose]) => `  # ${purpose}\n  ${line}\n`).join("\n");
  return `${module.details === undefined ? "" : `\n${module.details}\n`}\nExamples:\n${examples}`;
}

function explain(error: unknown, context: CliContext): ExitCode {
  // Commander has told the user already, help and version included.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CliError) {
    context.stderr.write(`${paint(context, "bad", "error:")} ${error.message}\n`);
    if (error.mend !== undefined) context.stderr.write(`${error.mend}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  context.stderr.write(`${paint(context, "bad", "error:")} ${message}\n`);
  return EXIT.failed;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
