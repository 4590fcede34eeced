/** How long reports take over how much history. */
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { querySql, reportNames, runReport } from "../collector/api.ts";
import { makeDataFolder, startCollector } from "../collector/collector.ts";
import type { Options } from "../options.ts";
import { type Result, round, tell } from "../report/print.ts";
import { growDatabase } from "./grow.ts";

const DAYS = 90;

/** Fills a database with `--spans` over 90 days, then asks every report for 24 hours and for all of it, and for traces. */
export async function reports(options: Options): Promise<Result> {
  const wanted = options.number("spans", 1_000_000);
  const repeats = Math.max(1, options.number("repeats", 5));
  const dataFolder = await makeDataFolder();
  try {
    tell(`making ${wanted} spans`);
    const at = performance.now();
    const grown = await growDatabase(dataFolder, wanted, DAYS);
    const madeMs = performance.now() - at;
    const collector = await startCollector({ built: options.built, dataFolder, settings: options.settings });
    try {
      const names = await reportNames(collector.webPort);
      const day: Record<string, number> = {};
      const all: Record<string, number> = {};
      for (const name of names) {
        tell(name);
        const ask = (since: string) => () => runReport(collector.webPort, name, { since });
        day[name] = await medianMs(repeats, ask("24h"));
        all[name] = await medianMs(repeats, ask(`${DAYS}d`));
      }
      const traces = await sampleTraces(collector.webPort);
      const trace = await medianMs(Math.max(repeats, traces.length), (number) =>
        querySql(collector.webPort, `select * from spans where trace_id = '${traces[number % traces.length]}'`),
      );
      const file = await stat(join(dataFolder, "phasewise.duckdb"));
      return {
        command: "reports",
        arguments: { spans: wanted, repeats, days: DAYS, collector: options.built ? "built" : "source" },
        spans: grown.spans,
        made_in_s: round(madeMs / 1000),
        start_ms: round(collector.startedInMs),
        report_24h_ms: day,
        report_90d_ms: all,
        slowest_24h_ms: Math.max(...Object.values(day)),
        slowest_90d_ms: Math.max(...Object.values(all)),
        trace_by_id_ms: trace,
        file_mb: round(file.size / 2 ** 20),
      };
    } finally {
      await collector.kill();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** Traces of all ages. */
async function sampleTraces(webPort: number): Promise<readonly string[]> {
  const rows = await querySql(
    webPort,
    "select trace_id from (select trace_id, min(started_at) as began from spans group by trace_id) order by hash(trace_id) limit 9",
  );
  return rows.map((row) => String(row["trace_id"]));
}

/** Median of the repeats after a first one that is not counted. */
async function medianMs(repeats: number, ask: (number: number) => Promise<unknown>): Promise<number> {
  await ask(0);
  const times: number[] = [];
  for (let number = 0; number < repeats; number++) {
    const at = performance.now();
    await ask(number);
    times.push(performance.now() - at);
  }
  return round(times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0);
}
