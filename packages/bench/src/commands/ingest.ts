/** How much telemetry is taken, how fast it is acknowledged and visible, and what it costs; each beside its floor. */
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasBuiltCollector, makeDataFolder, startCollector } from "../collector/collector.ts";
import { verify } from "../collector/verify.ts";
import { measureAppend } from "../floors/duckdb-append.ts";
import { measureFsync } from "../floors/fsync.ts";
import { measureReceiving } from "../floors/receiving.ts";
import type { Options } from "../options.ts";
import { type Result, round, tell } from "../report/print.ts";
import { createTraffic, PLAIN_TRAFFIC, type Traffic, type TrafficOptions } from "../traffic/traffic.ts";
import { type MeasuredLoad, measureLoad } from "./measured-load.ts";
import { startProbe } from "./probe.ts";

const WARM_UP_SECONDS = 3;
const MIB = 2 ** 20;

/** Traffic as the options ask for it. */
export function trafficOf(options: Options): TrafficOptions {
  return {
    ...PLAIN_TRAFFIC,
    seed: options.number("seed", PLAIN_TRAFFIC.seed),
    spansPerCycle: options.number("spans", PLAIN_TRAFFIC.spansPerCycle),
    spansPerRequest: options.number("spans-per-request", PLAIN_TRAFFIC.spansPerRequest),
    mix: options.flag("mix"),
    content: options.number("content", 0),
    encoding: options.flag("encode-json") ? "json" : "protobuf",
  };
}

/** Floors, saturation, then half of that rate (or `--rate`) with a probe for freshness; everything verified by SQL. */
export async function ingest(options: Options): Promise<Result> {
  const seconds = options.number("seconds", 20);
  const shape = { senders: options.number("senders", 16), gzip: options.flag("gzip"), retrySeconds: 60 };
  const traffic = createTraffic(trafficOf(options));
  const folder = await makeDataFolder();
  try {
    const floors = await measureFloors(folder, traffic, { ...shape, seconds });
    const collector = await startCollector({ built: options.built, dataFolder: folder, settings: options.settings });
    try {
      tell("warm-up");
      const warm = await measureLoad(collector, traffic, {
        ...shape,
        seconds: Math.min(WARM_UP_SECONDS, seconds),
        rate: 0,
        series: 1,
      });
      tell("as much as is taken");
      const full = await measureLoad(collector, traffic, { ...shape, seconds, rate: 0, series: 2 });
      const rate = options.number("rate", Math.floor((full.items * 1000) / full.loadedMs / 2));
      tell(`at ${rate} items a second`);
      const probe = startProbe(collector);
      const paced = await measureLoad(collector, traffic, { ...shape, seconds, rate, series: 3 });
      const freshness = await probe.stop();
      const loads = [warm, full, paced];
      const verdict = await verify(
        collector.webPort,
        loads.map((load) => load.sent),
      );
      await collector.stop();
      const file = await stat(join(folder, "phasewise.duckdb"));
      const spans = loads.reduce((sum, load) => sum + load.spans, 0);
      return {
        command: "ingest",
        arguments: describe(options, seconds, shape.senders),
        ...rates(full, floors, traffic),
        ...acknowledgements("", paced),
        visible_p50_ms: round(freshness.visibleP50Ms),
        visible_p99_ms: round(freshness.visibleP99Ms),
        visible_max_ms: round(freshness.visibleMaxMs),
        visible_probes: freshness.probes,
        probe_report_p50_ms: round(freshness.reportP50Ms),
        paced_items_per_s: round((paced.result.acknowledgedItems * 1000) / paced.result.wallMs),
        paced_cpu_us_per_item: round((paced.cpuMs * 1000) / paced.items),
        ...acknowledgements("saturated_", full),
        saturated_longest_silence_ms: round(full.result.longestSilenceMs),
        bytes_per_span: round(file.size / spans),
        rss_max_mb: round(Math.max(...loads.map((load) => load.rssBytes)) / MIB),
        stored_spans: spans,
        verified: verdict.missing === 0 && verdict.duplicates === 0 && verdict.differences.length === 0,
        verdict,
      };
    } finally {
      await collector.kill();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Floors {
  readonly receiving: Awaited<ReturnType<typeof measureReceiving>>;
  readonly fsync: Awaited<ReturnType<typeof measureFsync>>;
  readonly append: Awaited<ReturnType<typeof measureAppend>>;
}

async function measureFloors(
  folder: string,
  traffic: Traffic,
  shape: { readonly senders: number; readonly gzip: boolean; readonly retrySeconds: number; readonly seconds: number },
): Promise<Floors> {
  tell("floors: fsync, DuckDB append, HTTP and decoding");
  const short = Math.min(5, shape.seconds);
  const fsync = await measureFsync(folder, Math.min(2, shape.seconds));
  const append = await measureAppend(folder, traffic, short);
  const receiving = await measureReceiving({ ...shape, seconds: short, traffic: traffic.options, rate: 0, series: 9 });
  return { receiving, fsync, append };
}

/** The share of spans in a cycle: 1 without logs and metrics. */
function spanShare(traffic: Traffic): number {
  const items = traffic.bodies.reduce((sum, body) => sum + body.items, 0);
  return traffic.story.spans.length / items;
}

function bytesPerItem(traffic: Traffic): number {
  const items = traffic.bodies.reduce((sum, body) => sum + body.items, 0);
  return traffic.bodies.reduce((sum, body) => sum + body.template.bytes, 0) / items;
}

function rates(full: MeasuredLoad, floors: Floors, traffic: Traffic): Readonly<Record<string, unknown>> {
  const perSecond = (full.spans * 1000) / full.loadedMs;
  const floor = floors.receiving.itemsPerSecond * spanShare(traffic);
  const journalItems = floors.fsync.bytesPerSecond / bytesPerItem(traffic);
  return {
    spans_per_s: round(perSecond),
    items_per_s: round((full.items * 1000) / full.loadedMs),
    acknowledged_items_per_s: round((full.result.acknowledgedItems * 1000) / full.result.wallMs),
    floor_spans_per_s: round(floor),
    ratio_to_floor: round(perSecond / floor),
    floor_cpu_us_per_item: round(floors.receiving.cpuUsPerItem),
    cpu_us_per_span: round((full.cpuMs * 1000) / full.spans),
    cores_used: round(full.cpuMs / full.loadedMs),
    sender_cores_used: round(full.result.cpuMs / full.result.wallMs),
    gzip_prepared_ratio: round(full.result.preparedRatio),
    body_bytes_per_item: round(bytesPerItem(traffic)),
    journal_floor: {
      items_per_s: round(journalItems),
      fsync_p50_ms: round(floors.fsync.syncP50Ms),
      fsync_p99_ms: round(floors.fsync.syncP99Ms),
      mb_per_s: round(floors.fsync.bytesPerSecond / MIB),
    },
    ratio_to_journal_floor: round((full.items * 1000) / full.loadedMs / journalItems),
    duckdb_append_floor: {
      rows_per_s: round(floors.append.rowsPerSecond),
      cpu_us_per_row: round(floors.append.cpuUsPerRow),
    },
    ratio_to_append_floor: round(perSecond / floors.append.rowsPerSecond),
  };
}

function acknowledgements(prefix: string, load: MeasuredLoad): Readonly<Record<string, unknown>> {
  const { latencyMs, answers } = load.result;
  return {
    [`${prefix}ack_p50_ms`]: round(latencyMs.p50),
    [`${prefix}ack_p99_ms`]: round(latencyMs.p99),
    [`${prefix}ack_max_ms`]: round(latencyMs.max),
    [`${prefix}answers`]: answers,
  };
}

function describe(options: Options, seconds: number, senders: number): Readonly<Record<string, unknown>> {
  return {
    seconds,
    senders,
    gzip: options.flag("gzip"),
    mix: options.flag("mix"),
    content: options.number("content", 0),
    spans_per_request: options.number("spans-per-request", PLAIN_TRAFFIC.spansPerRequest),
    collector: options.built && hasBuiltCollector() ? "built" : "source",
    settings: options.settings,
  };
}
