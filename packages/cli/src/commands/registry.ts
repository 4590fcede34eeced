import type { CommandModule } from "./command.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { pricesCommand } from "./prices.ts";
import { reportCommand } from "./report.ts";
import { repriceCommand } from "./reprice.ts";
import { runCommand } from "./run.ts";
import { runsCommand } from "./runs.ts";
import { serveCommand } from "./serve.ts";
import { sqlCommand } from "./sql.ts";

/** Every command, in the order that `--help` lists them. */
export const COMMANDS: readonly CommandModule[] = [
  serveCommand,
  reportCommand,
  runsCommand,
  runCommand,
  sqlCommand,
  pricesCommand,
  repriceCommand,
  doctorCommand,
  demoCommand,
];
