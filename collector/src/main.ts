#!/usr/bin/env node
/** Process entry of the collector: settings, start, signals, exit code. */
import { parseArgs } from "node:util";
import { startCollector } from "./app.ts";
import { banner } from "./banner.ts";
import { readConfig, SETTINGS, type RawSettings } from "./config.ts";
import { isPhasewiseError } from "./errors.ts";
import { createLogger } from "./log.ts";

/** Runs a collector until it is told to stop. Returns the exit code. */
export async function main(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  // A reader of our output may leave (`| head`), and its disk may be full: neither is a reason to stop collecting.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const flags = Object.values(SETTINGS).map((setting) => setting.flag.slice(2));
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: Object.fromEntries(flags.map((flag) => [flag, { type: "string" as const }])),
    });
    const raw = Object.fromEntries(
      Object.entries(SETTINGS).map(([name, setting]) => [name, values[setting.flag.slice(2)]]),
    ) as RawSettings;
    const config = readConfig(raw, environment);
    const log = createLogger(config.logLevel, "front");
    const collector = await startCollector(config, log);
    process.stdout.write(banner(config, collector));
    const code = await Promise.race([stopSignal(), collector.failed]);
    if (isPhasewiseError(code)) process.stderr.write(`phasewise: ${code.message}\n`);
    await collector.stop();
    return isPhasewiseError(code) ? 1 : 0;
  } catch (error) {
    const isUsage = error instanceof TypeError && "code" in error;
    if (!isPhasewiseError(error) && !isUsage) throw error;
    process.stderr.write(`phasewise: ${error.message}\n`);
    return isUsage ? 2 : 1;
  }
}

/** Resolves at the first signal; a second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first = true;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (!first) process.exit(130);
        first = false;
        resolve(signal);
      });
    }
  });
}

if (import.meta.main) {
  // This file is the program: the one place that hands the environment on.
  // oxlint-disable-next-line node/no-process-env
  process.exit(await main(process.argv.slice(2), process.env));
}
