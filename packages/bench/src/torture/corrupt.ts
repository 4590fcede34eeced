/** Damages copies of a data folder in every file and every way: the collector must start, serve the rest and say what is gone. */
import { cp, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "../../../../collector/src/journal/journal.ts";
import { querySql } from "../collector/api.ts";
import { makeDataFolder, startCollector } from "../collector/collector.ts";
import { startLoad } from "../load/load.ts";
import type { Options } from "../options.ts";
import { type Result, tell } from "../report/print.ts";
import { createRandom, type Random } from "../traffic/random.ts";
import { wordOf } from "../traffic/template.ts";
import { createTraffic, expectedOf, PLAIN_TRAFFIC, type Traffic } from "../traffic/traffic.ts";
import { isServing, sendCanary } from "./canary.ts";
import { type DamageName, DAMAGES } from "./damage.ts";

const FILES = ["journal, loaded", "journal, not loaded", "database", "write-ahead log"] as const;
const SEGMENT_BYTES = 512 * 1024;
type Target = (typeof FILES)[number];

/** What came of one damaged copy. */
interface Case {
  readonly file: Target;
  readonly damage: DamageName;
  readonly started: boolean;
  readonly serves: boolean;
  readonly lost: number;
  /** Whether the log of the start speaks of damage. */
  readonly reported: boolean;
  readonly problem: string | undefined;
}

/** Every file and way `--rounds` times. */
export async function corrupt(options: Options): Promise<Result> {
  const rounds = Math.max(1, options.number("rounds", 2));
  const random = createRandom(options.number("seed", 1));
  const only = options.text("only");
  const original = await makeDataFolder();
  try {
    const stored = await prepare(original, options);
    const cases: Case[] = [];
    for (const file of FILES) {
      for (const damage of Object.keys(DAMAGES) as DamageName[]) {
        if (only !== undefined && !`${file} ${damage}`.includes(only)) continue;
        for (let number = 0; number < rounds; number++) {
          cases.push(await tryDamage(original, { file, damage, expected: stored }, random, options));
        }
        tell(`${file}: ${damage}`);
      }
    }
    const bad = cases.filter((one) => !one.started || !one.serves || (one.lost > 0 && !one.reported));
    return {
      command: "corrupt",
      arguments: { rounds, seed: options.number("seed", 1), collector: options.built ? "built" : "source" },
      cases: cases.length,
      spans_each: stored,
      started: cases.filter((one) => one.started).length,
      serving: cases.filter((one) => one.serves).length,
      with_loss: cases.filter((one) => one.lost > 0).length,
      silent_losses: cases.filter((one) => one.lost > 0 && !one.reported).length,
      failures: bad,
      verified: bad.length === 0,
    };
  } finally {
    await rm(original, { recursive: true, force: true });
  }
}

/** A folder as a crash leaves it: one part loaded, one in the journal alone, a write-ahead log that is not empty. Answers the spans. */
async function prepare(dataFolder: string, options: Options): Promise<number> {
  const traffic = createTraffic({ ...PLAIN_TRAFFIC, spansPerRequest: 64, spansPerCycle: 2048 });
  const settings = { PHASEWISE_JOURNAL_SEGMENT_BYTES: String(SEGMENT_BYTES) };
  const collector = await startCollector({ built: options.built, dataFolder, settings });
  let loaded = 0;
  try {
    const shape = { traffic: traffic.options, port: collector.otlpHttpPort, senders: 1, gzip: false, retrySeconds: 5 };
    const load = await startLoad({ ...shape, seconds: 1, rate: 2_000, series: 31 });
    const result = await load.go();
    loaded = expectedOf(traffic, new Map(result.progress), result.beginUnixMs).spans;
    await collector.caughtUp(60_000);
  } finally {
    await collector.kill();
  }
  return loaded + (await appendUnloaded(dataFolder, traffic));
}

/** Requests that a front acknowledged right before a crash, so that no store has seen them. */
async function appendUnloaded(dataFolder: string, traffic: Traffic): Promise<number> {
  const journal = await openJournal({
    folder: join(dataFolder, "journal"),
    segmentBytes: SEGMENT_BYTES,
    maxPendingBytes: Number.MAX_SAFE_INTEGER,
  });
  const now = BigInt(Date.now()) * 1_000_000n;
  let spans = 0;
  for (const { template, signal, items } of traffic.bodies) {
    const body = Buffer.alloc(template.bytes);
    template.write({ word: wordOf(32, 0, 0), beginUnixNano: now }, body);
    await journal.append({ signal, encoding: "protobuf", sender: "127.0.0.1", receivedUnixNano: now, body });
    spans += items;
  }
  await journal.close();
  return spans;
}

async function tryDamage(
  original: string,
  { file, damage, expected }: { readonly file: Target; readonly damage: DamageName; readonly expected: number },
  random: Random,
  options: Options,
): Promise<Case> {
  const dataFolder = await mkdtemp(join(tmpdir(), "phasewise-corrupt-"));
  const base = { file, damage, started: false, serves: false, lost: expected, reported: false };
  try {
    await cp(original, dataFolder, { recursive: true });
    await DAMAGES[damage](await pathOf(dataFolder, file, random), random);
    const collector = await startCollector({ built: options.built, dataFolder, startMs: 20_000 });
    try {
      await collector.caughtUp(30_000);
      const [row] = await querySql(collector.webPort, "select count(*) as spans from spans");
      const taken = (await sendCanary(collector.otlpHttpPort, Date.now())) === 200;
      const log = collector.log();
      return {
        ...base,
        started: true,
        serves: taken && (await isServing(collector.webPort)),
        lost: Math.max(0, expected - Number(row?.["spans"] ?? 0)),
        reported: /damage|cannot be read|missing|quarantine|torn|corrupt/i.test(log),
        problem: undefined,
      };
    } finally {
      await collector.kill();
    }
  } catch (error) {
    return { ...base, problem: String(error).slice(0, 600) };
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** The file to damage. A write-ahead log or a segment must be there, else the preparation was wrong. */
async function pathOf(dataFolder: string, file: Target, random: Random): Promise<string> {
  if (file === "database") return join(dataFolder, "phasewise.duckdb");
  if (file === "write-ahead log") {
    const path = join(dataFolder, "phasewise.duckdb.wal");
    await stat(path);
    return path;
  }
  const folder = join(dataFolder, "journal");
  const segments = (await readdir(folder)).filter((name) => name.endsWith(".journal")).sort();
  // Both parts are about as long, so the second half of the segments is what was not loaded.
  const half = Math.floor(segments.length / 2);
  const own = file === "journal, loaded" ? segments.slice(0, half) : segments.slice(half);
  return join(folder, random.pick(own));
}
