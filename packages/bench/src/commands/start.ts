/** How long a start takes with the data that is there, and what an idle collector holds. */
import { cp, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { makeDataFolder, startCollector } from "../collector/collector.ts";
import { cpuMsOf, rssOf } from "../collector/processes.ts";
import type { Options } from "../options.ts";
import { type Result, round, tell } from "../report/print.ts";
import { growDatabase } from "./grow.ts";

const IDLE_MS = 5_000;
const MIB = 2 ** 20;

/** Starts a collector `--repeats` times on a copy of `--data`, or on `--spans` made for it, or on an empty folder. */
export async function start(options: Options): Promise<Result> {
  const dataFolder = await makeDataFolder();
  const given = options.text("data");
  const spans = options.number("spans", 0);
  const repeats = Math.max(1, options.number("repeats", 3));
  try {
    if (given !== undefined) await cp(given, dataFolder, { recursive: true });
    else if (spans > 0) {
      tell(`making ${spans} spans`);
      await growDatabase(dataFolder, spans, 90);
    }
    const ready: number[] = [];
    const stop: number[] = [];
    let idle = { frontMb: 0, storeMb: 0, cpuMsPerS: 0 };
    for (let number = 0; number < repeats; number++) {
      const at = performance.now();
      const collector = await startCollector({ built: options.built, dataFolder, settings: options.settings });
      try {
        await collector.caughtUp(600_000);
        ready.push(performance.now() - at);
        if (number === repeats - 1) idle = await measureIdle(collector.frontPid, (await collector.storePid()) ?? 0);
        stop.push(await collector.stop());
      } finally {
        await collector.kill();
      }
    }
    return {
      command: "start",
      arguments: { spans, repeats, data: given ?? null, collector: options.built ? "built" : "source" },
      ready_ms: ready.map(round),
      ready_median_ms: round(ready.toSorted((one, other) => one - other)[Math.floor(ready.length / 2)] ?? 0),
      stop_ms: stop.map(round),
      idle_front_mb: round(idle.frontMb),
      idle_store_mb: round(idle.storeMb),
      idle_mb: round(idle.frontMb + idle.storeMb),
      idle_cpu_ms_per_s: round(idle.cpuMsPerS),
    };
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function measureIdle(front: number, store: number) {
  const cpu = async (): Promise<number> => (await cpuMsOf(front)) + (await cpuMsOf(store));
  await sleep(1_000);
  const before = await cpu();
  await sleep(IDLE_MS);
  return {
    frontMb: (await rssOf(front)) / MIB,
    storeMb: (await rssOf(store)) / MIB,
    cpuMsPerS: (((await cpu()) - before) * 1000) / IDLE_MS,
  };
}
