import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** How to start a collector. */
export interface CollectorOptions {
  /** Kept after `stop()`. Without it a temporary one is made, and removed by `stop()`. */
  readonly dataFolder?: string;
  /** Default 0: any free port. Give the ports of a killed collector to start it again where clients look for it. */
  readonly otlpHttpPort?: number;
  readonly webPort?: number;
  /** More `PHASEWISE_*` settings. They win. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default 30,000. */
  readonly readyTimeoutMs?: number;
}

/** A collector in a process of its own. */
export interface CollectorProcess {
  /** Page and HTTP API, for `PHASEWISE_URL`. */
  readonly url: string;
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly otlpUrl: string;
  /** The same for the protocol `grpc`. */
  readonly otlpGrpcUrl: string;
  readonly otlpHttpPort: number;
  readonly webPort: number;
  readonly pid: number;
  readonly dataFolder: string;
  /** What the process has written to stdout and stderr so far. */
  output(): string;
  /** Resolves when everything acknowledged so far can be queried. */
  ready(timeoutMs?: number): Promise<void>;
  /** Sends the signal and waits for the end of the process; the data stays. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends the process in peace, and removes the data folder if it was made here. */
  stop(): Promise<void>;
}

interface Ports {
  readonly otlp_http: number;
  readonly otlp_grpc: number;
  readonly web: number;
  readonly pid: number;
}

const MAIN = fileURLToPath(new URL("../../../collector/src/main.ts", import.meta.url));

/** Starts the collector from its source and waits until it is ready. */
export async function startCollector(options: CollectorOptions = {}): Promise<CollectorProcess> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), "phasewise-data-")));
  const portsFile = join(dataFolder, "ports.json");
  // One that a killed collector left behind would be taken for this one's.
  await rm(portsFile, { force: true });
  const child = spawn(process.execPath, ["--conditions=@phasewise/source", MAIN], {
    env: toEnvironment(options, dataFolder),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => {
      output += part;
    });
  }
  // Not "close": children of a killed collector may hold its pipes open for a moment longer.
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
    child.once("error", (failure: Error) => {
      output += String(failure);
      resolve();
    });
  });
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  const removeOwnFolder = async (): Promise<void> => {
    if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true, maxRetries: 3 });
  };
  const deadline = Date.now() + (options.readyTimeoutMs ?? 30_000);
  try {
    const ports = await waitForPorts(portsFile, child, deadline);
    const url = `http://127.0.0.1:${ports.web}`;
    await waitUntilReady(url, child, deadline);
    return {
      url,
      otlpUrl: `http://127.0.0.1:${ports.otlp_http}`,
      otlpGrpcUrl: `http://127.0.0.1:${ports.otlp_grpc}`,
      otlpHttpPort: ports.otlp_http,
      webPort: ports.web,
      pid: ports.pid,
      dataFolder,
      output: () => output,
      ready: (timeoutMs = 10_000) => waitUntilReady(url, child, Date.now() + timeoutMs),
      kill,
      stop: async () => {
        await kill("SIGTERM");
        await removeOwnFolder();
      },
    };
  } catch (failure) {
    await kill("SIGKILL");
    await removeOwnFolder();
    throw new Error(`the collector did not get ready; it wrote:\n${output}`, { cause: failure });
  }
}

function toEnvironment(options: CollectorOptions, dataFolder: string): Record<string, string> {
  return {
    // oxlint-disable-next-line node/no-process-env -- a process needs its search path; settings of the developer stay out
    PATH: process.env["PATH"] ?? "",
    PHASEWISE_DATA: dataFolder,
    PHASEWISE_OTLP_HTTP_PORT: String(options.otlpHttpPort ?? 0),
    PHASEWISE_WEB_PORT: String(options.webPort ?? 0),
    PHASEWISE_OTLP_GRPC_PORT: "0",
    PHASEWISE_SQL_PORT: "0",
    ...options.environment,
  };
}

async function waitForPorts(file: string, child: ChildProcess, deadline: number): Promise<Ports> {
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => "");
    const ports = parsePorts(text);
    if (ports !== undefined) return ports;
    await pause(child, deadline, `${file} with its ports`);
  }
}

/** Undefined while the file is not there or half written. */
function parsePorts(text: string): Ports | undefined {
  try {
    return JSON.parse(text) as Ports;
  } catch {
    return undefined;
  }
}

async function waitUntilReady(url: string, child: ChildProcess, deadline: number): Promise<void> {
  for (;;) {
    const ok = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status === 200;
      },
      () => false,
    );
    if (ok) return;
    await pause(child, deadline, `200 from ${url}/health/ready`);
  }
}

async function pause(child: ChildProcess, deadline: number, expected: string): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    throw new Error(`expected ${expected}, but the process ended with ${child.exitCode ?? child.signalCode}`);
  }
  if (Date.now() > deadline) throw new Error(`expected ${expected}, but it did not come in time`);
  await sleep(25);
}
