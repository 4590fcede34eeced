import { type Options, readOptions } from "./options.ts";
import { printResult, type Result, tell } from "./report/print.ts";

/** A command: its options in, its result out. */
export type Command = (options: Options) => Promise<Result>;

/** Runs the command that the arguments name. Exit code 0, 1 when something was found wrong, 2 for wrong arguments. */
export async function runCommand(
  program: string,
  commands: Readonly<Record<string, Command>>,
  args: readonly string[],
): Promise<number> {
  const [name, ...rest] = args;
  const command = Object.hasOwn(commands, name ?? "") ? commands[name ?? ""] : undefined;
  if (command === undefined) {
    tell(
      `usage: npm run ${program} -- ${Object.keys(commands).join(" | ")} [options]; packages/bench/README.md has them`,
    );
    return 2;
  }
  const options = readOptions(rest);
  const result = await command(options);
  printResult(result, options.flag("json"));
  return result["verified"] === false ? 1 : 0;
}
