/** `npm run bench -- <command>`: measures. */
import { ingest } from "./commands/ingest.ts";
import { normaliseCommand } from "./commands/normalise.ts";
import { reports } from "./commands/reports.ts";
import { start } from "./commands/start.ts";
import { compareResults } from "./report/regression.ts";
import { writePerformance } from "./report/document.ts";
import { runCommand } from "./run-command.ts";

process.exitCode = await runCommand(
  "bench",
  {
    ingest,
    reports,
    normalise: normaliseCommand,
    start,
    document: writePerformance,
    compare: compareResults,
  },
  process.argv.slice(2),
);
