import { spawn } from "node:child_process";
import process, { env } from "node:process";
import { runCli } from "./cli.ts";
import type { CliContext } from "./context.ts";

const context: CliContext = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env,
  fetch: globalThis.fetch,
  now: Date.now,
  cwd: process.cwd(),
  isTTY: process.stdout.isTTY,
  columns: process.stdout.columns,
  nodeVersion: process.version,
  startCollector: async (argv, environment) => {
    // Loaded here alone, because the database takes longer to load than the other commands take to run.
    const collector = await import("@phasewise/collector/main");
    return await collector.main(argv, environment);
  },
  spawn: (command, args, cwd) =>
    new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd, stdio: "inherit" });
      child.on("error", reject);
      child.on("exit", (code) => {
        resolve(code ?? 1);
      });
    }),
};

// `phasewise runs | head` closes the pipe early; that is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await runCli(process.argv.slice(2), context);
