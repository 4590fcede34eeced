/** Twice as much as is taken, with real exporters among the senders: only 200 and 503, nothing lost, memory flat. */
import { fork } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { querySql } from "../collector/api.ts";
import { type Collector, makeDataFolder, startCollector } from "../collector/collector.ts";
import { watchMemory } from "../collector/processes.ts";
import { verify } from "../collector/verify.ts";
import { type MeasuredLoad, measureLoad, sentOf } from "../commands/measured-load.ts";
import { type Load, startLoad } from "../load/load.ts";
import type { LoadResult } from "../load/messages.ts";
import type { Options } from "../options.ts";
import { type Result, round, tell } from "../report/print.ts";
import { createTraffic, expectedOf, PLAIN_TRAFFIC, type Traffic } from "../traffic/traffic.ts";
import type { ExportersOptions, ExportersResult } from "./exporters-process.ts";

const EXPORTERS = fileURLToPath(new URL("exporters-process.ts", import.meta.url));
const CAPACITY_SECONDS = 10;
const SERIES = 42;
const SHAPE = { senders: 64, gzip: false, retrySeconds: 120 };
const MIB = 2 ** 20;
/** A journal that is full soon, so that the overload is felt. */
const SETTINGS = { PHASEWISE_JOURNAL_MAX_BYTES: String(256 * MIB) };

/** Measures the capacity (or takes `--capacity`), then offers twice that for `--seconds`. */
export async function overload(options: Options): Promise<Result> {
  const seconds = options.number("seconds", 60);
  const given = options.number("capacity", 0);
  const dataFolder = await makeDataFolder();
  const settings = { ...SETTINGS, ...options.settings };
  const collector = await startCollector({ built: options.built, dataFolder, settings });
  try {
    const traffic = createTraffic(PLAIN_TRAFFIC);
    const measured = given > 0 ? undefined : await measureCapacity(collector, traffic, seconds);
    const capacity = measured === undefined ? given : (measured.items * 1000) / measured.loadedMs;
    tell(`twice ${Math.round(capacity)} spans a second`);
    const shape = { ...SHAPE, traffic: traffic.options, port: collector.otlpHttpPort };
    const load = await startLoad({ ...shape, seconds, rate: 2 * capacity, series: SERIES });
    const under = await runUnderOverload(collector, load, options, seconds);
    const sent = sentOf(traffic, SERIES, under.result);
    const verdict = await verify(collector.webPort, measured === undefined ? [sent] : [measured.sent, sent]);
    const stored = await storedOfExporters(collector.webPort);
    const accepted = (expectedOf(traffic, sent.progress, sent.beginUnixMs).spans * 1000) / under.loadedMs;
    return {
      command: "overload",
      arguments: { seconds, ...(given > 0 ? { capacity: given } : {}), collector: options.built ? "built" : "source" },
      capacity_spans_per_s: round(capacity),
      offered_spans_per_s: round(2 * capacity),
      accepted_spans_per_s: round(accepted),
      ratio_to_capacity: round(accepted / capacity),
      ...figuresOf(under),
      exporter_spans_stored: stored,
      ...verdict,
      verified: isGood(under, stored) && verdict.missing + verdict.duplicates + verdict.differences.length === 0,
    };
  } finally {
    await collector.kill();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function measureCapacity(collector: Collector, traffic: Traffic, seconds: number): Promise<MeasuredLoad> {
  tell("capacity");
  const shape = { ...SHAPE, seconds: Math.min(CAPACITY_SECONDS, seconds), rate: 0 };
  return await measureLoad(collector, traffic, { ...shape, series: SERIES + 1 });
}

async function storedOfExporters(webPort: number): Promise<number> {
  const [row] = await querySql(webPort, "select count(*) as spans from spans where service = 'overload-exporter'");
  return Number(row?.["spans"] ?? 0);
}

interface Under {
  readonly result: LoadResult;
  readonly exporters: ExportersResult;
  readonly loadedMs: number;
  readonly firstHalf: number;
  readonly secondHalf: number;
}

function figuresOf({ result, exporters, firstHalf, secondHalf }: Under): Readonly<Record<string, unknown>> {
  return {
    answers: result.answers,
    faults: result.faults,
    abandoned: result.abandoned,
    ack_p99_ms: round(result.latencyMs.p99),
    longest_silence_ms: round(result.longestSilenceMs),
    exporter_spans_ended: exporters.ended,
    exporter_spans_exported: exporters.exported,
    exporter_failed_batches: exporters.failedBatches,
    exporter_failures: exporters.failures,
    rss_first_half_mb: round(firstHalf / MIB),
    rss_second_half_mb: round(secondHalf / MIB),
  };
}

/** Only 200 and 503 were answered, and what the exporters' programs ended is stored. */
function isGood({ result, exporters }: Under, stored: number): boolean {
  const odd = Object.keys(result.answers).filter((status) => status !== "200" && status !== "503");
  return odd.length + result.faults.length + exporters.failedBatches === 0 && exporters.ended === stored;
}

async function runUnderOverload(collector: Collector, load: Load, options: Options, seconds: number): Promise<Under> {
  const memory = watchMemory(async () => {
    const store = await collector.storePid();
    return store === undefined ? [collector.frontPid] : [collector.frontPid, store];
  });
  try {
    const at = performance.now();
    const [result, exporters] = await Promise.all([
      load.go(),
      runExporters({ port: collector.otlpHttpPort, exporters: options.number("exporters", 4), rate: 200, seconds }),
    ]);
    await collector.caughtUp(600_000);
    const half = Math.floor(memory.samples.length / 2);
    return {
      result,
      exporters,
      loadedMs: performance.now() - at,
      firstHalf: Math.max(0, ...memory.samples.slice(0, half)),
      secondHalf: Math.max(0, ...memory.samples.slice(half)),
    };
  } finally {
    memory.stop();
    load.kill();
  }
}

function runExporters(options: ExportersOptions): Promise<ExportersResult> {
  const child = fork(EXPORTERS, [], { execArgv: ["--conditions=@phasewise/source"], stdio: ["ignore", 2, 2, "ipc"] });
  return new Promise((resolve, reject) => {
    child.once("message", (result) => {
      resolve(result as ExportersResult);
      child.disconnect();
    });
    child.once("exit", (code) => reject(new Error(`the exporters ended with ${code}`)));
    child.send(options);
  });
}
