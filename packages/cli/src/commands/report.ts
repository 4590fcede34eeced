import type { ReportDescription, ReportList } from "@phasewise/api";
import { createClient, type ApiClient, type Query } from "../api-client.ts";
import { type CliContext, paint } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { parseJson, writeDocument } from "../format/document.ts";
import { isTimeZone } from "../format/time.ts";
import { addFormat, type CommandModule, formatOption, type Invocation, textOption } from "./command.ts";
import { collectParameter, parametersOf } from "./parameters.ts";

/** Options that every report takes: flag, query parameter, meaning. */
const FILTERS = [
  ["--since <time>", "since", "from when: 24h, 7d, a date, or an ISO 8601 time"],
  ["--until <time>", "until", "up to when: a date or an ISO 8601 time (default: now)"],
  ["--tz <zone>", "tz", "IANA time zone that days and shown times are in (default: UTC)"],
  ["--run-name <name>", "run_name", "only runs of this name"],
  ["--phase <name>", "phase", "only this phase"],
  ["--agent <name>", "agent", "only this agent"],
  ["--model <name>", "model", "only this model"],
  ["--service <name>", "service", "only this service"],
  ["--session <id>", "session", "only this session"],
  ["--user <id>", "user", "only this user"],
] as const;

/** `phasewise report`: a named report, or the list of reports. */
export const reportCommand: CommandModule = {
  usage: "report [name]",
  summary: "show a report; without a name, list the reports",
  examples: [
    ["phasewise report", "which reports there are"],
    ["phasewise report phase_report", "time, tokens and cost per phase"],
    ["phasewise report model_report --since 7d --tz Europe/Berlin", "a week, with times in Berlin"],
    ["phasewise report agent_report --run-name nightly --format csv > agents.csv", "one series of runs, for a sheet"],
    ["phasewise report phase_report --format json | jq '.rows[].cost_usd'", "the API's own document"],
  ],
  define(command) {
    for (const [flag, , meaning] of FILTERS) command.option(flag, meaning);
    command.option("--param <name=value>", "any other parameter of the report; may be repeated", collectParameter);
    addFormat(command);
  },
  async run(invocation, context) {
    const client = createClient(context, invocation.url);
    const name = invocation.args[0];
    if (name === undefined) return await listReports(client, invocation, context);
    const text = await client.get(`/api/reports/${encodeURIComponent(name)}`, queryOf(invocation));
    writeDocument(context, text, {
      format: formatOption(invocation),
      allColumns: invocation.options["allColumns"] === true,
      whenEmpty: `${name}: nothing in this window. Try --since 90d, or check that telemetry arrives: phasewise doctor`,
    });
    return EXIT.ok;
  },
};

function queryOf(invocation: Invocation): Query {
  const query: Record<string, string | undefined> = { ...parametersOf(invocation.options["param"]) };
  for (const [flag, parameter] of FILTERS) {
    const value = textOption(invocation, optionName(flag));
    if (value !== undefined) query[parameter] = value;
  }
  const zone = query["tz"];
  if (zone !== undefined && !isTimeZone(zone)) {
    throw new CliError(EXIT.usage, `--tz: expected an IANA time zone, got "${zone}".`, "Example: --tz Europe/Berlin");
  }
  return query;
}

function optionName(flag: string): string {
  return flag.slice(2, flag.indexOf(" ")).replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

async function listReports(client: ApiClient, invocation: Invocation, context: CliContext): Promise<0> {
  const text = await client.get("/api/reports");
  const format = formatOption(invocation);
  if (format === "json") {
    context.stdout.write(`${text.trimEnd()}\n`);
    return EXIT.ok;
  }
  if (format !== "table") {
    throw new CliError(EXIT.usage, `--format ${format}: the list of reports comes as table or json.`);
  }
  const { reports } = parseJson(text) as ReportList;
  for (const report of reports) context.stdout.write(describe(context, report));
  if (reports.length === 0) context.stdout.write("This collector has no reports.\n");
  return EXIT.ok;
}

function describe(context: CliContext, report: ReportDescription): string {
  const extra = report.parameters
    .filter((parameter) => !FILTERS.some(([, name]) => name === parameter.name))
    .map((parameter) => `    --param ${parameter.name}=...  ${parameter.comment}\n`);
  return `${paint(context, "strong", report.name)}  ${report.title}\n    ${report.comment}\n${extra.join("")}`;
}
