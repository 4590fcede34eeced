import { Option } from "commander";
import { createClient } from "../api-client.ts";
import { CliError, EXIT } from "../errors.ts";
import { writeDocument } from "../format/document.ts";
import { addFormat, type CommandModule, formatOption, textOption } from "./command.ts";

/** `phasewise runs`: the newest runs, running ones included. */
export const runsCommand: CommandModule = {
  usage: "runs",
  summary: "list runs, newest first, running ones included",
  examples: [
    ["phasewise runs", "the newest runs"],
    ["phasewise runs --status running", "what runs now, and in which phase"],
    ["phasewise runs --status failed --since 7d", "what failed this week"],
  ],
  define(command) {
    const statuses = ["running", "succeeded", "failed", "cancelled", "lost"];
    command
      .addOption(new Option("--status <status>", "only runs with this status").choices(statuses))
      .option("--since <time>", "from when: 24h, 7d, or an ISO 8601 time")
      .option("--limit <count>", "at most this many");
    addFormat(command);
  },
  async run(invocation, context) {
    const limit = textOption(invocation, "limit");
    if (limit !== undefined && !/^[1-9]\d{0,6}$/.test(limit)) {
      throw new CliError(EXIT.usage, `--limit: expected a whole number above 0, got "${limit}".`);
    }
    const text = await createClient(context, invocation.url).get("/api/runs", {
      status: textOption(invocation, "status"),
      since: textOption(invocation, "since"),
      limit,
    });
    writeDocument(context, text, {
      format: formatOption(invocation),
      allColumns: invocation.options["allColumns"] === true,
      whenEmpty: "No runs. A run is what `run()` of @phasewise/sdk opens; `npm run demo` makes one to look at.",
    });
    return EXIT.ok;
  },
};
