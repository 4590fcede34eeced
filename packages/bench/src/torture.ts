/** `npm run torture -- <command>`: breaks things and looks whether anything was lost. */
import { runCommand } from "./run-command.ts";
import { badInput } from "./torture/bad-input.ts";
import { corrupt } from "./torture/corrupt.ts";
import { disk } from "./torture/disk.ts";
import { kill } from "./torture/kill.ts";
import { overload } from "./torture/overload.ts";

process.exitCode = await runCommand(
  "torture",
  { kill, disk, corrupt, overload, "bad-input": badInput },
  process.argv.slice(2),
);
