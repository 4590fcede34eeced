/** CPU of each pure stage by itself, in this process: decode, normalise, settle. */
import { decode } from "../../../../collector/src/decode/decode.ts";
import { mergeBatches, normalise } from "../../../../collector/src/normalise/normalise.ts";
import { settle } from "../../../../collector/src/normalise/settle/settle.ts";
import { touchedBy } from "../floors/settle-bodies.ts";
import type { Options } from "../options.ts";
import { type Result, round } from "../report/print.ts";
import { wordOf } from "../traffic/template.ts";
import { createTraffic } from "../traffic/traffic.ts";
import { trafficOf } from "./ingest.ts";

/** Runs each stage over the same cycle of traffic for `--seconds`, after as long a warm-up. */
export async function normaliseCommand(options: Options): Promise<Result> {
  const traffic = createTraffic(trafficOf(options));
  const { encoding } = traffic.options;
  const bodies = traffic.bodies.map((body) => {
    const bytes = Buffer.alloc(body.template.bytes);
    body.template.write({ word: wordOf(1, 0, 0), beginUnixNano: BigInt(Date.now()) * 1_000_000n }, bytes);
    return { signal: body.signal, bytes };
  });
  const items = traffic.bodies.reduce((sum, body) => sum + body.items, 0);
  const decodeAll = () => bodies.map(({ signal, bytes }) => decode(signal, encoding, bytes));
  const requests = decodeAll();
  const normaliseAll = () => mergeBatches(requests.map((request) => normalise(request, 0n)));
  const touched = touchedBy(normaliseAll());
  const seconds = options.number("seconds", 5);
  const stages = {
    decode: cpuUsPerItem(decodeAll, items, seconds),
    normalise: cpuUsPerItem(normaliseAll, items, seconds),
    settle: cpuUsPerItem(() => settle(touched), items, seconds),
  };
  return {
    command: "normalise",
    arguments: { seconds, mix: options.flag("mix"), content: options.number("content", 0), encoding },
    items_per_cycle: items,
    decode_cpu_us_per_item: round(stages.decode),
    normalise_cpu_us_per_item: round(stages.normalise),
    settle_cpu_us_per_item: round(stages.settle),
    sum_cpu_us_per_item: round(stages.decode + stages.normalise + stages.settle),
    settled_calls: settle(touched).calls.length,
  };
}

function cpuUsPerItem(work: () => unknown, items: number, seconds: number): number {
  repeat(work, seconds / 2);
  const before = process.cpuUsage();
  const rounds = repeat(work, seconds);
  const used = process.cpuUsage(before);
  return (used.user + used.system) / (rounds * items);
}

function repeat(work: () => unknown, seconds: number): number {
  const until = performance.now() + seconds * 1000;
  let rounds = 0;
  do {
    work();
    rounds++;
  } while (performance.now() < until);
  return rounds;
}
