import type { RunDetail } from "@phasewise/api";
import { createClient } from "../api-client.ts";
import { type CliContext, paint } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { formatColumns, isTable, parseJson } from "../format/document.ts";
import type { ExactTable } from "../format/exact-table.ts";
import { markdownText } from "../format/markdown.ts";
import { tableText } from "../format/table-text.ts";
import { addFormat, type CommandModule, formatOption } from "./command.ts";

/** Parts of the answer after the run itself, and what to call them. */
const PARTS = [
  ["phases", "Phases"],
  ["agents", "Agents"],
  ["modelCalls", "Model calls"],
  ["toolCalls", "Tool calls"],
] as const satisfies readonly (readonly [keyof RunDetail, string])[];

/** Columns that say in every row what stands above them all. */
const OF_THE_RUN: ReadonlySet<string> = new Set(["run_id", "run_name", "run_number", "trace_id", "service"]);

/** `phasewise run ID`: one run with its phases, agents, model calls and tool calls. */
export const runCommand: CommandModule = {
  usage: "run <id>",
  summary: "show one run: its phases, agents, model calls and tool calls",
  examples: [
    ["phasewise run 3f2a9c", "a run by the id that `phasewise runs` shows"],
    ["phasewise run 3f2a9c --format markdown > run.md", "for a report or an issue"],
  ],
  define(command) {
    addFormat(command, ["table", "json", "markdown"]);
  },
  async run(invocation, context) {
    const id = invocation.args[0] ?? "";
    const text = await createClient(context, invocation.url).get(`/api/runs/${encodeURIComponent(id)}`);
    const format = formatOption(invocation);
    if (format === "json") context.stdout.write(`${text.trimEnd()}\n`);
    else writeRun(context, parseJson(text), format === "markdown", invocation.options["allColumns"] === true);
    return EXIT.ok;
  },
};

function writeRun(context: CliContext, value: unknown, markdown: boolean, allColumns: boolean): void {
  const detail = value as Readonly<Record<string, unknown>>;
  const run = detail["run"];
  if (!isTable(run)) {
    throw new CliError(EXIT.failed, "Expected a run from the collector, got another document.", "Check PHASEWISE_URL.");
  }
  context.stdout.write(factsText(context, run, markdown));
  for (const [key, title] of PARTS) {
    const table = detail[key];
    if (!isTable(table)) continue;
    context.stdout.write(`\n${markdown ? `## ${title}\n` : paint(context, "strong", title)}\n`);
    if (table.rows.length === 0) context.stdout.write("none\n");
    else {
      const columns = formatColumns(table).filter((column) => allColumns || !OF_THE_RUN.has(column.name));
      context.stdout.write(markdown ? markdownText(columns) : tableText(context, columns, allColumns));
    }
  }
}

/** The single row of the run as lines of name and value; absent values are left out. */
function factsText(context: CliContext, run: ExactTable, markdown: boolean): string {
  const facts = formatColumns(run)
    .map((column) => [column.heading, column.cells[0] ?? "-"] as const)
    .filter(([, cell]) => cell !== "-");
  if (markdown) return facts.map(([heading, cell]) => `- ${heading}: ${cell}\n`).join("");
  const width = Math.max(0, ...facts.map(([heading]) => heading.length));
  return facts.map(([heading, cell]) => `${paint(context, "quiet", heading.padEnd(width))}  ${cell}\n`).join("");
}
