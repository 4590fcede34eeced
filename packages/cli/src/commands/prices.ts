import { createClient } from "../api-client.ts";
import { type CliContext, paint } from "../context.ts";
import { EXIT } from "../errors.ts";
import { isTable, parseJson, writeDocument } from "../format/document.ts";
import { addFormat, type CommandModule, formatOption, textOption } from "./command.ts";

/** `phasewise prices`: what applied when, from the lists and from the user's price file. */
export const pricesCommand: CommandModule = {
  usage: "prices",
  summary: "show prices per million tokens, and from when to when they hold",
  examples: [
    ["phasewise prices", "all of our list and of the price file, with their dates"],
    ["phasewise prices --model claude-sonnet-5-5 --at 2026-10-06", "what a model cost on a day"],
    ["phasewise prices --provider openai", "another vendor's, out of the price package"],
    ["phasewise prices --at now --currency EUR", "at the rate of the price file"],
  ],
  details:
    "The collector reads the price file that PHASEWISE_PRICES names, and reads it again when it changes.\n" +
    "Stored calls keep the price that they were given: see phasewise reprice.",
  define(command) {
    command
      .option("--model <name>", "only this model")
      .option("--provider <name>", "only this provider")
      .option("--at <time>", "only what holds at this time: now, a date, or an ISO 8601 time")
      .option("--currency <code>", "show amounts in this currency of the price file (default: USD)");
    addFormat(command);
  },
  async run(invocation, context) {
    const text = await createClient(context, invocation.url).get("/api/prices", {
      model: textOption(invocation, "model"),
      provider: textOption(invocation, "provider"),
      at: textOption(invocation, "at"),
      currency: textOption(invocation, "currency"),
    });
    writeDocument(context, text, {
      format: formatOption(invocation),
      allColumns: invocation.options["allColumns"] === true,
      whenEmpty: "No such price. A price file can add one: see docs/prices.md.",
    });
    warnOfFile(context, text);
    return EXIT.ok;
  },
};

/** A price file that became wrong while the collector runs is not used, and nobody would notice. */
function warnOfFile(context: CliContext, text: string): void {
  const table = parseJson(text);
  const problem = isTable(table) ? table.parameters["price_file_problem"] : undefined;
  if (typeof problem !== "string") return;
  context.stderr.write(`${paint(context, "warning", "The price file is not used as it is now:")} ${problem}\n`);
}
