import { createClient } from "../api-client.ts";
import { CliError, EXIT } from "../errors.ts";
import { writeDocument } from "../format/document.ts";
import { addFormat, type CommandModule, formatOption } from "./command.ts";
import { collectParameter, parametersOf, sqlValue } from "./parameters.ts";

/** `phasewise sql`: one reading statement over the views and tables. */
export const sqlCommand: CommandModule = {
  usage: "sql <statement>",
  summary: "run one reading SQL statement over the views; - reads it from stdin",
  examples: [
    ['phasewise sql "select phase, sum(cost_usd) as cost_usd from model_calls group by phase"', "cost per phase"],
    [
      'phasewise sql "select * from model_calls where run_id = $run limit 5" --param run=3f2a9c',
      "a parameter, safely quoted",
    ],
    ["phasewise sql - --format csv < question.sql > answer.csv", "statement from a file"],
  ],
  define(command) {
    command.option("--param <name=value>", "value for $name in the statement; may be repeated", collectParameter);
    addFormat(command);
  },
  async run(invocation, context) {
    const given = invocation.args[0] ?? "";
    const sql = given === "-" ? await readAll(context.stdin) : given;
    if (sql.trim() === "") {
      throw new CliError(EXIT.usage, "Expected an SQL statement, got nothing.", 'Example: phasewise sql "from runs"');
    }
    const parameters = Object.entries(parametersOf(invocation.options["param"])).map(
      ([name, value]) => [name, sqlValue(value)] as const,
    );
    const body = parameters.length === 0 ? { sql } : { sql, parameters: Object.fromEntries(parameters) };
    writeDocument(context, await createClient(context, invocation.url).post("/api/sql", body), {
      format: formatOption(invocation),
      allColumns: invocation.options["allColumns"] === true,
      whenEmpty: "No rows.",
    });
    return EXIT.ok;
  },
};

async function readAll(input: AsyncIterable<string | Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of input) text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
