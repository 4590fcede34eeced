/** Kills front, store or both at random moments under load, and looks in the end whether anything is missing or there twice. */
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Collector, makeDataFolder, startCollector } from "../collector/collector.ts";
import { verify } from "../collector/verify.ts";
import { sentOf } from "../commands/measured-load.ts";
import { type Load, startLoad } from "../load/load.ts";
import type { Options } from "../options.ts";
import { type Result, round, tell } from "../report/print.ts";
import { createRandom, type Random } from "../traffic/random.ts";
import { createTraffic, PLAIN_TRAFFIC } from "../traffic/traffic.ts";
import { isServing, sendCanary } from "./canary.ts";

const TARGETS = ["front", "store", "both", "starting"] as const;
type Target = (typeof TARGETS)[number];

/** Small segments and short retention, so that rotation and removal happen between kills. */
const SETTINGS = { PHASEWISE_JOURNAL_SEGMENT_BYTES: "4194304", PHASEWISE_JOURNAL_RETENTION_MS: "1000" };
const BACK_WITHIN_MS = 60_000;
const SENDERS = 4;
const RATE = 4_000;

/** How a collector is started again: same folder, same ports. */
type Start = Parameters<typeof startCollector>[0];

/** `--rounds` kills. The load goes on through all of them; what it was acknowledged is the ledger. */
export async function kill(options: Options): Promise<Result> {
  const rounds = Math.max(1, options.number("rounds", 20));
  const seed = options.number("seed", 1);
  const rate = options.number("rate", RATE);
  const dataFolder = await makeDataFolder();
  const traffic = createTraffic({ ...PLAIN_TRAFFIC, mix: true, spansPerRequest: 128, spansPerCycle: 2048 });
  const fresh: Start = { built: options.built, dataFolder, settings: { ...SETTINGS, ...options.settings } };
  const first = await startCollector(fresh);
  const again: Again = { ...fresh, otlpHttpPort: first.otlpHttpPort, webPort: first.webPort };
  const service = { collector: first };
  let load: Load | undefined;
  try {
    const shape = { senders: SENDERS, seconds: 3600, gzip: false, retrySeconds: 120 };
    load = await startLoad({ ...shape, traffic: traffic.options, port: again.otlpHttpPort, rate, series: seed });
    const done = load.go();
    done.catch(() => undefined);
    const { kills, backAfterMs } = await killAgainAndAgain(service, again, createRandom(seed), rounds);
    load.stop();
    const result = await done;
    await service.collector.caughtUp(600_000);
    const verdict = await verify(service.collector.webPort, [sentOf(traffic, seed, result)]);
    await service.collector.stop();
    const found = verdict.missing + verdict.duplicates + verdict.unasked + verdict.differences.length;
    return {
      command: "kill",
      arguments: { rounds, seed, rate, collector: options.built ? "built" : "source" },
      rounds,
      kills,
      ...verdict,
      restart_p50_ms: percentile(backAfterMs, 0.5),
      restart_p99_ms: percentile(backAfterMs, 0.99),
      restart_max_ms: percentile(backAfterMs, 1),
      answers: result.answers,
      faults: result.faults,
      abandoned: result.abandoned,
      verified: found === 0 && result.faults.length === 0 && result.abandoned === 0,
    };
  } finally {
    load?.kill();
    await service.collector.kill();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

type Again = Start & { readonly otlpHttpPort: number; readonly webPort: number };

async function killAgainAndAgain(service: { collector: Collector }, again: Again, random: Random, rounds: number) {
  const backAfterMs: number[] = [];
  const kills: Record<Target, number> = { front: 0, store: 0, both: 0, starting: 0 };
  for (let number = 1; number <= rounds; number++) {
    await sleep(random.between(50, 1_200));
    const target = random.pick(TARGETS);
    kills[target]++;
    // A start that is killed as well is part of the damage, not of the way back.
    const { collector, since } = await killAndRestart(service.collector, target, random, again);
    service.collector = collector;
    await backInService(again);
    backAfterMs.push(performance.now() - since);
    if (number % 10 === 0) tell(`${number} kills`);
  }
  return { kills, backAfterMs };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

/** Kills what is named. A killed store is started again by its front; a killed front by us, on the same ports. */
async function killAndRestart(
  collector: Collector,
  target: Target,
  random: Random,
  again: Again,
): Promise<{ readonly collector: Collector; readonly since: number }> {
  const store = await collector.storePid();
  let since = performance.now();
  if (target === "store") {
    if (store !== undefined) killIfThere(store);
    return { collector, since };
  }
  if (target === "both" && store !== undefined) killIfThere(store);
  await collector.kill();
  if (target === "starting") {
    await killWhileStarting(random, again);
    since = performance.now();
  }
  return { collector: await startCollector(again), since };
}

/** Another start that is killed within its first moments: recovery, migration, checkpoint of the start. */
async function killWhileStarting(random: Random, again: Again): Promise<void> {
  const aborted = startCollector({ ...again, startMs: random.between(100, 1_500) }).then(
    (collector) => collector.kill(),
    // Not started in the time that it was given, and killed: that is what was wanted.
    () => undefined,
  );
  await aborted;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in this very moment.
  }
}

/** Both doors are open again: a good request is taken, and the reading side answers. */
async function backInService(ports: { readonly otlpHttpPort: number; readonly webPort: number }): Promise<void> {
  const until = performance.now() + BACK_WITHIN_MS;
  let number = Date.now();
  while ((await sendCanary(ports.otlpHttpPort, number++)) !== 200 || !(await isServing(ports.webPort))) {
    if (performance.now() > until) throw new Error(`no service within ${BACK_WITHIN_MS} ms after a kill`);
    await sleep(10);
  }
}
