/** A load in a process of its own, started by `startLoad` and steered over its channel. */
import { createTraffic } from "../traffic/traffic.ts";
import { type BodySource, gzipBodies, plainBodies } from "./bodies.ts";
import type { FromLoad, LoadOptions, LoadResult, ToLoad } from "./messages.ts";
import { Senders } from "./senders.ts";

const COUNTS_EVERY_MS = 250;
/** Items a second for which bodies are compressed ahead when no rate is given: more than is expected to be taken. */
const PREPARED_RATE = 150_000;

let go = (): void => {};
let stop = (): void => {};

function say(message: FromLoad): void {
  process.send?.(message);
}

async function prepareBodies(options: LoadOptions, beginUnixMs: number): Promise<BodySource> {
  const traffic = createTraffic(options.traffic);
  const begin = BigInt(beginUnixMs) * 1_000_000n;
  if (!options.gzip) return plainBodies(traffic, options.series, begin);
  const items = traffic.bodies.reduce((sum, body) => sum + body.items, 0) / traffic.bodies.length;
  const rate = options.rate > 0 ? options.rate : PREPARED_RATE;
  const prepare = Math.ceil((rate * options.seconds) / items / options.senders) + 1;
  return await gzipBodies(traffic, options.series, begin, { senders: options.senders, prepare });
}

async function run(options: LoadOptions): Promise<void> {
  // The newest items are of this moment, as if the story had just been lived through.
  const beginUnixMs = Date.now() - options.traffic.spreadMs;
  const source = await prepareBodies(options, beginUnixMs);
  const senders = new Senders(options, source);
  stop = () => senders.stop();
  const started = new Promise<void>((resolve) => {
    go = resolve;
  });
  say({ type: "ready" });
  await started;
  const cpu = process.cpuUsage();
  const at = performance.now();
  const timer = setInterval(() => say({ type: "counts", counts: senders.counts() }), COUNTS_EVERY_MS);
  await senders.run();
  clearInterval(timer);
  const used = process.cpuUsage(cpu);
  const { latency } = senders;
  const isEmpty = latency.count === 0;
  const result: LoadResult = {
    ...senders.counts(),
    progress: [...senders.progress],
    beginUnixMs,
    wallMs: performance.now() - at,
    latencyMs: {
      p50: isEmpty ? 0 : latency.percentile(50) / 1000,
      p99: isEmpty ? 0 : latency.percentile(99) / 1000,
      max: isEmpty ? 0 : latency.max / 1000,
      mean: isEmpty ? 0 : latency.mean / 1000,
    },
    longestSilenceMs: senders.longestSilenceMs,
    faults: senders.faults,
    abandoned: senders.abandoned,
    cpuMs: (used.user + used.system) / 1000,
    preparedRatio: source.preparedRatio(),
  };
  say({ type: "done", result });
  process.disconnect();
}

process.on("message", (raw) => {
  const message = raw as ToLoad;
  if (message.type === "prepare") {
    run(message.options).catch((error: unknown) => {
      say({ type: "failed", message: String(error) });
      process.exitCode = 1;
      process.disconnect();
    });
  } else if (message.type === "go") go();
  else stop();
});
// Whoever started the load is gone: nobody would hear the result.
process.on("disconnect", () => process.exit());
