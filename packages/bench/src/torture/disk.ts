/** A full disk, three times: a pause for senders, reads go on, nothing is lost, nothing has to be started by hand. */
import { spawnSync } from "node:child_process";
import { open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { querySql } from "../collector/api.ts";
import { makeDataFolder, startCollector } from "../collector/collector.ts";
import { verify } from "../collector/verify.ts";
import { sentOf } from "../commands/measured-load.ts";
import { type Load, startLoad } from "../load/load.ts";
import type { Options } from "../options.ts";
import { type Result, round, tell } from "../report/print.ts";
import { createTraffic, PLAIN_TRAFFIC } from "../traffic/traffic.ts";

const DISK_MB = 384;
const FULL_MS = 4_000;
const RESUME_WITHIN_MS = 30_000;
const CHUNK = Buffer.alloc(1024 * 1024, 0x5a);

/** Mounts a small file system, fills it with a foreign file under load `--rounds` times, and frees it again. */
export async function disk(options: Options): Promise<Result> {
  const rounds = Math.max(1, options.number("rounds", 3));
  const dataFolder = await makeDataFolder();
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", dataFolder], {
    encoding: "utf8",
  });
  if (mounted.status !== 0) {
    await rm(dataFolder, { recursive: true, force: true });
    const why = mounted.error?.message ?? mounted.stderr.trim();
    return { command: "disk", ran: false, reason: `a tmpfs could not be mounted: ${why}` };
  }
  try {
    return await runOn(dataFolder, rounds, options);
  } finally {
    spawnSync("umount", ["-l", dataFolder]);
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function runOn(dataFolder: string, rounds: number, options: Options): Promise<Result> {
  const traffic = createTraffic({ ...PLAIN_TRAFFIC, mix: true, spansPerRequest: 128, spansPerCycle: 2048 });
  const settings = {
    PHASEWISE_JOURNAL_RETENTION_MS: "1000",
    PHASEWISE_JOURNAL_SEGMENT_BYTES: "4194304",
    ...options.settings,
  };
  const collector = await startCollector({ built: options.built, dataFolder, settings });
  let load: Load | undefined;
  try {
    load = await startLoad({
      traffic: traffic.options,
      port: collector.otlpHttpPort,
      senders: 4,
      seconds: 600,
      gzip: false,
      rate: options.number("rate", 2_000),
      series: 21,
      retrySeconds: 120,
    });
    const done = load.go();
    done.catch(() => undefined);
    const resumed: number[] = [];
    let failedReads = 0;
    for (let number = 1; number <= rounds; number++) {
      await sleep(2_000);
      tell(`full disk ${number}`);
      await fill(dataFolder);
      const until = performance.now() + FULL_MS;
      while (performance.now() < until) {
        await querySql(collector.webPort, "select count(*) as spans from spans").catch(() => failedReads++);
        await fill(dataFolder);
        await sleep(200);
      }
      await rm(join(dataFolder, "foreign-file"), { force: true });
      resumed.push(await untilMoreIsTaken(load));
    }
    load.stop();
    const result = await done;
    await collector.caughtUp(120_000);
    const sent = sentOf(traffic, 21, result);
    const verdict = await verify(collector.webPort, [sent]);
    return {
      command: "disk",
      arguments: { rounds, collector: options.built ? "built" : "source" },
      ran: true,
      disk_mb: DISK_MB,
      acknowledged: verdict.acknowledged,
      missing: verdict.missing,
      duplicates: verdict.duplicates,
      differences: verdict.differences,
      failed_reads: failedReads,
      resumed_after_ms: resumed.map(round),
      answers: result.answers,
      faults: result.faults,
      verified:
        verdict.missing === 0 &&
        verdict.duplicates === 0 &&
        verdict.differences.length === 0 &&
        failedReads === 0 &&
        result.faults.length === 0 &&
        collector.isRunning(),
    };
  } finally {
    load?.kill();
    await collector.kill();
  }
}

/** Grows a foreign file until nothing more fits. */
async function fill(folder: string): Promise<void> {
  const handle = await open(join(folder, "foreign-file"), "a");
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(folder);
      const free = bavail * bsize;
      if (free === 0) return;
      await handle.write(CHUNK, 0, Math.min(CHUNK.length, free));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    await handle.close();
  }
}

async function untilMoreIsTaken(load: Load): Promise<number> {
  const at = performance.now();
  const before = load.counts().acknowledgedRequests;
  while (load.counts().acknowledgedRequests <= before + 5) {
    if (performance.now() - at > RESUME_WITHIN_MS)
      throw new Error(`nothing was taken within ${RESUME_WITHIN_MS} ms after space was freed`);
    await sleep(50);
  }
  return performance.now() - at;
}
