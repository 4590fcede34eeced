import { createClient } from "../api-client.ts";
import { CliError, EXIT } from "../errors.ts";
import { writeDocument } from "../format/document.ts";
import { addFormat, type CommandModule, formatOption, textOption } from "./command.ts";

/** `phasewise reprice`: gives stored calls the price that they have today. */
export const repriceCommand: CommandModule = {
  usage: "reprice",
  summary: "price stored calls again, by today's prices; --dry-run shows the difference first",
  examples: [
    ["phasewise reprice --since 30d --dry-run", "what would change, per day and model"],
    ["phasewise reprice --since 30d", "change it; what was is kept in call_price_history"],
    ["phasewise reprice --since 2026-10-01 --until 2026-11-01 --model claude-opus-5-5", "one month of one model"],
  ],
  details:
    "Calls keep the price that they were given when they were counted. After a change of the price file, or a new\n" +
    "version with another list, this brings stored calls up to it. It can be run again at any time: what has today's\n" +
    "price already is left alone, so a run that was cut short is finished by the next one.",
  define(command) {
    command
      .requiredOption("--since <time>", "from when: 24h, 7d, a date, or an ISO 8601 time")
      .option("--until <time>", "up to when: a date or an ISO 8601 time (default: now)")
      .option("--tz <zone>", "IANA time zone that dates are read in (default: UTC)")
      .option("--model <name>", "only this model")
      .option("--dry-run", "change nothing, only show the difference");
    addFormat(command);
  },
  async run(invocation, context) {
    const dryRun = invocation.options["dryRun"] === true;
    const since = textOption(invocation, "since");
    if (since === undefined) throw new CliError(EXIT.usage, "--since: expected a time, got nothing.");
    const body = {
      since,
      until: textOption(invocation, "until"),
      tz: textOption(invocation, "tz"),
      model: textOption(invocation, "model"),
      dry_run: dryRun,
    };
    const text = await createClient(context, invocation.url).post("/api/reprice", body);
    writeDocument(context, text, {
      format: formatOption(invocation),
      allColumns: invocation.options["allColumns"] === true,
      whenEmpty: "Every stored call of this window has today's price already.",
    });
    context.stderr.write(
      dryRun
        ? "Nothing was changed. Run it without --dry-run to change it.\n"
        : "Done. What was is kept in the table call_price_history.\n",
    );
    return EXIT.ok;
  },
};
