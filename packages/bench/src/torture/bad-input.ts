/** Thousands of bad requests: each gets the right status and body, the process lives, and good requests are taken all along. */
import { rm } from "node:fs/promises";
import { querySql, reportNames, runReport } from "../collector/api.ts";
import { type Collector, makeDataFolder, startCollector } from "../collector/collector.ts";
import { rssOf } from "../collector/processes.ts";
import type { Options } from "../options.ts";
import { type Result, round, tell } from "../report/print.ts";
import { createRandom, type Random } from "../traffic/random.ts";
import { createTraffic, PLAIN_TRAFFIC } from "../traffic/traffic.ts";
import { BODY_CATEGORIES, type GoodBodies, INJECTIONS } from "./bad-bodies.ts";
import { makeFraming } from "./bad-framing.ts";
import { sendCanary } from "./canary.ts";
import { encodeRequest, type RawAnswer, sendRaw } from "./request.ts";
import { problemWithBody } from "./status-body.ts";

const MAX_BODY_BYTES = 8 * 2 ** 20;
const FRAMING = "15 framing";
const CANARY_EVERY = 100;
const MOST_PROBLEMS = 40;
const MIB = 2 ** 20;

interface Problem {
  readonly number: number;
  readonly category: string;
  readonly problem: string;
}

/** `--count` requests over all categories in turn. The same `--seed` gives the same requests. */
export async function badInput(options: Options): Promise<Result> {
  const count = Math.max(1, options.number("count", 2_000));
  const seed = options.number("seed", 1);
  const only = options.text("only");
  const categories = [...Object.keys(BODY_CATEGORIES), FRAMING].filter(
    (name) => only === undefined || name.includes(only),
  );
  const dataFolder = await makeDataFolder();
  const settings = { PHASEWISE_MAX_BODY_BYTES: String(MAX_BODY_BYTES), ...options.settings };
  const collector = await startCollector({ built: options.built, dataFolder, settings });
  try {
    const random = createRandom(seed);
    const good = goodBodies();
    const problems: Problem[] = [];
    const statuses: Record<string, number> = {};
    let canaries = 0;
    let rss = 0;
    for (let number = 0; number < count; number++) {
      const category = categories[number % categories.length] ?? FRAMING;
      const { answer, problem } = await tryOne(collector.otlpHttpPort, category, random, good);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (problem !== undefined) problems.push({ number, category, problem });
      rss = Math.max(rss, await rssOf(collector.frontPid));
      if ((number + 1) % CANARY_EVERY !== 0 && number + 1 !== count) continue;
      const status = await sendCanary(collector.otlpHttpPort, number);
      if (status === 200) canaries++;
      else problems.push({ number, category: "canary", problem: `expected 200, got ${status}` });
      tell(`${number + 1} requests, ${problems.length} problems`);
    }
    problems.push(...(await lookAfterwards(collector, canaries)));
    return {
      command: "bad-input",
      arguments: { count, seed, collector: options.built ? "built" : "source" },
      requests: count,
      categories: categories.length,
      statuses,
      canaries,
      front_rss_max_mb: round(rss / MIB),
      problems: problems.length,
      first_problems: problems.slice(0, MOST_PROBLEMS),
      verified: problems.length === 0,
    };
  } finally {
    await collector.kill();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

function goodBodies(): GoodBodies {
  const [protobuf, json] = (["protobuf", "json"] as const).map((encoding) => {
    const traffic = createTraffic({ ...PLAIN_TRAFFIC, encoding, spansPerCycle: 1, spansPerRequest: 4 });
    const template = traffic.bodies[0]?.template;
    const bytes = Buffer.alloc(template?.bytes ?? 0);
    template?.write({ word: 0xbad0_bad0_bad0_bad0n, beginUnixNano: BigInt(Date.now()) * 1_000_000n }, bytes);
    return bytes;
  });
  return { protobuf: protobuf ?? Buffer.alloc(0), json: json ?? Buffer.alloc(0), maxBytes: MAX_BODY_BYTES };
}

async function tryOne(
  port: number,
  category: string,
  random: Random,
  good: GoodBodies,
): Promise<{ readonly answer: RawAnswer; readonly problem: string | undefined }> {
  const make = BODY_CATEGORIES[category as keyof typeof BODY_CATEGORIES] as
    | (typeof BODY_CATEGORIES)[keyof typeof BODY_CATEGORIES]
    | undefined;
  const bad = make?.(random, good);
  const { parts, allowed } =
    bad === undefined
      ? makeFraming(random, good, port)
      : { parts: encodeRequest(port, bad.request), allowed: bad.allowed };
  const answer = await sendRaw(port, parts);
  if (!allowed.includes(answer.status)) {
    const head = Buffer.from(parts[0] ?? "")
      .toString("latin1")
      .slice(0, 300);
    const body = bad?.request.body ?? Buffer.alloc(0);
    return {
      answer,
      problem: `expected ${allowed.join(" or ")}, got ${answer.status} for ${JSON.stringify(head)} body of ${body.length} ${Buffer.from(body.subarray(0, 48)).toString("hex")}`,
    };
  }
  const problem = answer.status === 0 ? undefined : problemWithBody(answer);
  return { answer, problem: problem === undefined ? undefined : `${answer.status}: ${problem}` };
}

/** Everything that was taken is loaded, all reports run, canaries are there once each, and injected text is as it was sent. */
async function lookAfterwards(collector: Collector, canaries: number): Promise<readonly Problem[]> {
  const problems: string[] = [];
  try {
    await collector.caughtUp(120_000);
    for (const name of await reportNames(collector.webPort)) {
      const rows = await runReport(collector.webPort, name, { since: "90d" });
      if (/\bNaN\b|Infinity/.test(JSON.stringify(rows))) problems.push(`${name} has a figure that is no number`);
    }
    const [row] = await querySql(collector.webPort, "select count(*) as spans from spans where service = 'canary'");
    if (Number(row?.["spans"]) !== canaries)
      problems.push(`expected ${canaries} canaries, found ${String(row?.["spans"])}`);
    const texts = await querySql(
      collector.webPort,
      "select distinct attributes_text['injected'] as text from spans where attributes_text['injected'] is not null",
    );
    for (const { text } of texts) {
      if (!INJECTIONS.includes(String(text))) problems.push(`a text came back changed: ${JSON.stringify(text)}`);
    }
  } catch (error) {
    problems.push(String(error));
  }
  const quarantined = /put aside/.test(collector.log());
  if (quarantined) problems.push(`an accepted body could not be loaded: ${collector.log().slice(0, 1000)}`);
  return problems.map((problem) => ({ number: -1, category: "afterwards", problem }));
}
