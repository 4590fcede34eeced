/** A collector as a process of its own, that can be killed in every way and watched from outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { childrenOf } from "./processes.ts";

/** How a collector is started. */
export interface CollectorOptions {
  /** The compiled program instead of its source. */
  readonly built: boolean;
  readonly dataFolder: string;
  readonly otlpHttpPort?: number;
  readonly webPort?: number;
  /** More settings, `PHASEWISE_*`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long it may take until it serves; 60 s when left out. */
  readonly startMs?: number;
}

/** A running collector. */
export interface Collector {
  readonly otlpHttpPort: number;
  readonly webPort: number;
  readonly dataFolder: string;
  /** From the start of the process until it served requests. */
  readonly startedInMs: number;
  readonly frontPid: number;
  /** The store process that runs now. */
  storePid(): Promise<number | undefined>;
  /** Everything that was written to standard error so far. */
  log(): string;
  isRunning(): boolean;
  /** Resolves when all that was acknowledged can be queried. */
  caughtUp(timeoutMs: number): Promise<void>;
  kill(): Promise<void>;
  /** Ends it in peace; answers the milliseconds that took. */
  stop(): Promise<number>;
}

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const SOURCE = join(ROOT, "collector/src/main.ts");
const BUILT = join(ROOT, "collector/dist/main.js");

/** Collectors that run: none outlives this process, whatever ends it. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

/** Whether there is a compiled collector. */
export function hasBuiltCollector(): boolean {
  return existsSync(BUILT) && existsSync(join(ROOT, "collector/dist/store-process.js"));
}

/** A new empty folder for data, to be removed by the caller. */
export async function makeDataFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), "phasewise-bench-"));
}

/** Starts a collector and waits until it serves. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const portsFile = join(options.dataFolder, "ports.json");
  await rm(portsFile, { force: true });
  const at = performance.now();
  const child = spawn(process.execPath, options.built ? [BUILT] : ["--conditions=@phasewise/source", SOURCE], {
    stdio: ["ignore", "ignore", "pipe"],
    env: environmentOf(options),
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (part: string) => {
    log += part;
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const ports = await readPorts(portsFile, isRunning, options.startMs ?? 60_000).catch(async (error: unknown) => {
    await end(child, "SIGKILL", ended);
    throw new Error(`the collector did not start (${String(error)}); it wrote:\n${log}`, { cause: error });
  });
  return {
    otlpHttpPort: ports.otlp_http,
    webPort: ports.web,
    dataFolder: options.dataFolder,
    startedInMs: performance.now() - at,
    frontPid: child.pid ?? 0,
    storePid: async () => (await childrenOf(child.pid ?? 0))[0],
    log: () => log,
    isRunning,
    caughtUp: (timeoutMs) => waitForReady(ports.web, isRunning, timeoutMs),
    kill: () => end(child, "SIGKILL", ended),
    async stop() {
      const since = performance.now();
      await end(child, "SIGTERM", ended);
      return performance.now() - since;
    },
  };
}

/** Nothing of the developer's own settings gets in: only the search path and the given ones. */
function environmentOf(options: CollectorOptions): Record<string, string> {
  return {
    // oxlint-disable-next-line node/no-process-env
    PATH: process.env["PATH"] ?? "",
    PHASEWISE_DATA: options.dataFolder,
    PHASEWISE_OTLP_HTTP_PORT: String(options.otlpHttpPort ?? 0),
    PHASEWISE_OTLP_GRPC_PORT: "0",
    PHASEWISE_WEB_PORT: String(options.webPort ?? 0),
    PHASEWISE_SQL_PORT: "0",
    PHASEWISE_LOG_LEVEL: "info",
    ...options.settings,
  };
}

interface Ports {
  readonly otlp_http: number;
  readonly web: number;
}

async function readPorts(file: string, isRunning: () => boolean, timeoutMs: number): Promise<Ports> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text.endsWith("}")) return JSON.parse(text) as Ports;
    if (!isRunning()) throw new Error("it ended");
    if (performance.now() > until) throw new Error(`no ports within ${timeoutMs} ms`);
    await sleep(5);
  }
}

async function waitForReady(port: number, isRunning: () => boolean, timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const status = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(5_000) }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    if (status === 200) return;
    if (!isRunning()) throw new Error("the collector ended before everything was loaded");
    if (performance.now() > until) throw new Error(`not everything was loaded within ${timeoutMs} ms`);
    await sleep(20);
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await ended;
}
