import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startMessagesApi, type MessagesApiDouble } from "@phasewise/testing";
import { readArguments, USAGE, type DemoArguments } from "./arguments.ts";
import { demoScript } from "./claude-script.ts";
import { answers, readReport, waitUntilReady, type CollectorAddress, type Report } from "./collector.ts";
import { findDifferences } from "./compare.ts";
import { reportTable } from "./show.ts";

// oxlint-disable-next-line node/no-process-env -- the demo is a program of its own, and hands its environment on
const environment = process.env;
const REPORTS = ["phase_report", "agent_report", "model_report"];

process.exitCode = await main(process.argv.slice(2));

async function main(given: readonly string[]): Promise<number> {
  let options: DemoArguments;
  try {
    options = readArguments(given, environment["PHASEWISE_URL"] ?? "http://127.0.0.1:4319");
  } catch (failure) {
    process.stderr.write(`${failure instanceof Error ? failure.message : String(failure)}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    print(USAGE);
    return 0;
  }
  const collector: CollectorAddress = { url: options.url, token: environment["PHASEWISE_TOKEN"] };
  if (!(await answers(collector))) {
    process.stderr.write(
      `No collector answers at ${options.url}. Start one first with \`npm start\` in another shell, then run the demo ` +
        "again. If it listens elsewhere, set PHASEWISE_URL or --url, and OTEL_EXPORTER_OTLP_ENDPOINT.\n",
    );
    return 1;
  }
  const realApi = (environment["ANTHROPIC_API_KEY"] ?? "") !== "";
  const double = realApi ? undefined : await startMessagesApi({ seed: randomUUID(), script: demoScript(options.pace) });
  try {
    return await demonstrate(options, collector, double);
  } finally {
    await double?.stop();
  }
}

async function demonstrate(
  options: DemoArguments,
  collector: CollectorAddress,
  double: MessagesApiDouble | undefined,
): Promise<number> {
  const session = `demo-${randomUUID()}`;
  print(
    double === undefined
      ? `Claude is the real API: cheap models and short answers, at most about 0.05 USD an iteration (${options.iterations} of them).`
      : "Claude is played by a local double of the Messages API; nothing is paid. Set ANTHROPIC_API_KEY for the real one.",
  );
  print(`Watch it live at ${collector.url}. Session ${session}.\n`);
  const exitCode = await runAgent(options, session, double);
  if (exitCode !== 0) {
    process.stderr.write(`The agent ended with exit code ${exitCode}.\n`);
    return 1;
  }
  return double === undefined ? showReports(collector, session) : compareReports(collector, session, double);
}

/** The agent is a process of its own: it is started as users start theirs, and its end sends what is left. */
function runAgent(
  options: DemoArguments,
  session: string,
  double: MessagesApiDouble | undefined,
): Promise<number | null> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const agent = fileURLToPath(new URL(`./agent.${extension}`, import.meta.url));
  const models = double === undefined ? [] : ["--careful", "claude-sonnet-5-5", "--quick", "claude-haiku-5-5"];
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      "--import",
      import.meta.resolve("@phasewise/sdk/register"),
      agent,
      "--iterations",
      String(options.iterations),
      "--pace",
      String(options.pace),
      ...models,
    ],
    {
      stdio: "inherit",
      env: {
        ...environment,
        OTEL_SERVICE_NAME: environment["OTEL_SERVICE_NAME"] ?? "trading-agent",
        PHASEWISE_SESSION_ID: session,
        ...(double === undefined ? {} : { ANTHROPIC_BASE_URL: double.url, ANTHROPIC_API_KEY: "sk-ant-double" }),
      },
    },
  );
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

async function showReports(collector: CollectorAddress, session: string): Promise<number> {
  // Acknowledged is soon visible; two seconds are the promise.
  await sleep(2000);
  await waitUntilReady(collector, 30_000);
  for (const report of await readReports(collector, session)) print(`\n${reportTable(report)}`);
  return 0;
}

async function compareReports(
  collector: CollectorAddress,
  session: string,
  double: MessagesApiDouble,
): Promise<number> {
  const ledger = double.ledger();
  print(`\nWhat the double served\n${ledger.table()}`);
  await waitUntilReady(collector, 30_000);
  const deadline = Date.now() + 10_000;
  let reports = await readReports(collector, session);
  let differences = findDifferences(reports, ledger);
  while (differences.length > 0 && Date.now() < deadline) {
    await sleep(250);
    reports = await readReports(collector, session);
    differences = findDifferences(reports, ledger);
  }
  for (const report of reports) print(`\n${reportTable(report)}`);
  if (differences.length === 0) {
    print("\nToken sums and cost of the three reports equal the ledger to the last digit.");
    return 0;
  }
  print(`\nThe reports do NOT equal the ledger:\n${differences.map((line) => `  ${line}`).join("\n")}`);
  return 1;
}

function readReports(collector: CollectorAddress, session: string): Promise<readonly Report[]> {
  return Promise.all(REPORTS.map((name) => readReport(collector, name, session)));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
