export { runCli } from "./cli.ts";
export type { CliContext } from "./context.ts";
export { CliError, EXIT } from "./errors.ts";
export type { ExitCode } from "./errors.ts";
