/** A load on a collector, with what the collector's processes spent on it. */
import { type Collector } from "../collector/collector.ts";
import { cpuMsOf, watchMemory } from "../collector/processes.ts";
import type { Sent } from "../collector/verify.ts";
import { startLoad } from "../load/load.ts";
import type { LoadOptions, LoadResult } from "../load/messages.ts";
import { expectedOf, type Traffic } from "../traffic/traffic.ts";

/** What a load came to. */
export interface MeasuredLoad {
  readonly result: LoadResult;
  readonly sent: Sent;
  readonly spans: number;
  readonly items: number;
  /** From the begin of the load until everything acknowledged could be queried. */
  readonly loadedMs: number;
  /** CPU of front and store over that time. */
  readonly cpuMs: number;
  /** Most memory of front and store together. */
  readonly rssBytes: number;
}

const CATCH_UP_MS = 600_000;

/** Runs a load, waits until it is loaded, and answers what it took. */
export async function measureLoad(
  collector: Collector,
  traffic: Traffic,
  options: Omit<LoadOptions, "port" | "traffic">,
): Promise<MeasuredLoad> {
  const load = await startLoad({ ...options, traffic: traffic.options, port: collector.otlpHttpPort });
  const pids = async (): Promise<readonly number[]> => {
    const store = await collector.storePid();
    return store === undefined ? [collector.frontPid] : [collector.frontPid, store];
  };
  const cpuNow = async (): Promise<number> => {
    const all = await Promise.all((await pids()).map(cpuMsOf));
    return all.reduce((sum, ms) => sum + ms, 0);
  };
  const memory = watchMemory(pids);
  try {
    const cpuBefore = await cpuNow();
    const at = performance.now();
    const result = await load.go();
    await collector.caughtUp(CATCH_UP_MS);
    const loadedMs = performance.now() - at;
    const cpuMs = (await cpuNow()) - cpuBefore;
    if (result.faults.length > 0) throw new Error(`the collector refused good bodies: ${result.faults.join("; ")}`);
    const sent = sentOf(traffic, options.series, result);
    const { spans, logs, points } = expectedOf(traffic, sent.progress, result.beginUnixMs);
    return { result, sent, spans, items: spans + logs + points, loadedMs, cpuMs, rssBytes: memory.stop() };
  } finally {
    memory.stop();
    load.kill();
  }
}

/** What a load was acknowledged, for the comparison with the store. */
export function sentOf(traffic: Traffic, series: number, result: LoadResult): Sent {
  return { traffic, series, progress: new Map(result.progress), beginUnixMs: result.beginUnixMs };
}
