/** The front's side of the store process: starts it, restarts it, tells it how far the journal is. */
import { fork, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { PhasewiseError, type ErrorCode } from "./errors.ts";
import type { Sequence } from "./journal/entry.ts";
import type { ToFront, ToStore } from "./link.ts";
import type { Snapshot } from "./self-metrics.ts";

/** What the front hands in. */
export interface StoreLinkOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly head: () => Sequence;
  readonly counters: () => Snapshot;
  readonly onLoaded: (loaded: Sequence) => void;
  readonly onRestart: () => void;
  /** The store said that it cannot run at all. */
  readonly onFatal: (error: PhasewiseError) => void;
}

/** Without a beat for this long the store hangs and is killed. It beats every second. */
const HANG_MS = 60_000;
const MEMORY_CHECK_MS = 500;
/** Signals by which a process ends that has itself done something wrong. */
const FAULTS: ReadonlySet<string> = new Set(["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP"]);
const RESTART_FIRST_MS = 100;
const RESTART_LAST_MS = 5_000;

/** The store process as the front sees it. It runs from the start and is started again whenever it ends. */
export class StoreLink {
  readonly #options: StoreLinkOptions;
  readonly #ready: PromiseWithResolvers<{ readonly webPort: number }> = Promise.withResolvers();
  readonly #memoryWatch: NodeJS.Timeout;
  #wasReady = false;
  /** The last store, if it ended by a fault of its own. */
  #faultyPid: number | undefined;
  #child: ChildProcess | undefined;
  #webPort: number;
  #isStopping = false;
  /** Whether it was us who ended the store that runs or ran. */
  #killed = false;
  #restartMs = RESTART_FIRST_MS;
  #hangTimer: NodeJS.Timeout | undefined;

  constructor(options: StoreLinkOptions) {
    this.#options = options;
    this.#webPort = options.config.webPort;
    this.#memoryWatch = setInterval(() => this.#checkMemory(), MEMORY_CHECK_MS);
    this.#memoryWatch.unref();
    this.#start();
  }

  /** Resolves when the store is open and its API listens; rejects when it cannot. */
  get ready(): Promise<{ readonly webPort: number }> {
    return this.#ready.promise;
  }

  /** The journal has grown. */
  advance(head: Sequence): void {
    this.#send({ type: "head", head: String(head) });
  }

  /** Lets the store load everything and close; kills it when that takes longer than `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#hangTimer);
    clearInterval(this.#memoryWatch);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((done) => child.once("exit", () => done()));
    this.#send({ type: "stop", head: String(this.#options.head()) });
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    await gone;
    clearTimeout(timer);
  }

  #start(): void {
    const { config, head } = this.#options;
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const file = fileURLToPath(new URL(`./store-process.${extension}`, import.meta.url));
    this.#child = fork(file, [], { serialization: "json", stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child.on("message", (message) => this.#receive(message as ToFront));
    this.#child.on("exit", (code, signal) => this.#ended(code, signal));
    this.#killed = false;
    this.#send({
      type: "start",
      config: { ...config, webPort: this.#webPort },
      head: String(head()),
      isRestart: this.#wasReady,
      ...(this.#faultyPid !== undefined && { faultyPid: this.#faultyPid }),
    });
    this.#watch();
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#hangTimer);
    if (this.#isStopping) return;
    const isFault = this.#killed || FAULTS.has(signal ?? "") || (code !== null && code !== 0);
    this.#faultyPid = isFault ? this.#child?.pid : undefined;
    const restartInMs = this.#restartMs;
    this.#options.log.error({ code, signal, restartInMs }, "the store process ended; starting it again");
    this.#options.onRestart();
    setTimeout(() => {
      if (!this.#isStopping) this.#start();
    }, restartInMs);
    this.#restartMs = Math.min(restartInMs * 2, RESTART_LAST_MS);
  }

  #receive(message: ToFront): void {
    this.#watch();
    const { head, counters, onLoaded } = this.#options;
    switch (message.type) {
      case "ready":
        // A restarted store takes the port again that people already know.
        this.#webPort = message.webPort;
        this.#restartMs = RESTART_FIRST_MS;
        this.#wasReady = true;
        onLoaded(BigInt(message.loaded));
        this.#ready.resolve({ webPort: message.webPort });
        break;
      case "loaded":
        onLoaded(BigInt(message.loaded));
        break;
      case "ask":
        this.#send({ type: "answer", id: message.id, head: String(head()), front: counters() });
        break;
      case "fatal":
        this.#fail(new PhasewiseError(message.code as ErrorCode, message.message));
        break;
      case "beat":
        break;
    }
  }

  /** At the first start a person waits for the reason; later, acknowledging goes on while the store is tried again. */
  #fail(error: PhasewiseError): void {
    if (this.#wasReady) {
      this.#options.log.error({ err: error }, "the store could not be started again; trying on");
      return;
    }
    this.#isStopping = true;
    this.#ready.reject(error);
    this.#options.onFatal(error);
  }

  /** One SELECT can drive the engine past any limit that it knows; then the process goes, and what it held with it. */
  #checkMemory(): void {
    const pid = this.#child?.pid;
    const bytes = pid === undefined ? undefined : residentBytes(pid);
    const limit = this.#options.config.storeMemoryMaxBytes;
    if (bytes === undefined || bytes <= limit || this.#isStopping) return;
    this.#options.log.error({ pid, bytes, limit }, "the store uses more memory than it may; killing it");
    this.#kill();
  }

  #kill(): void {
    this.#killed = true;
    this.#child?.kill("SIGKILL");
  }

  #send(message: ToStore): void {
    if (this.#child?.connected !== true) return;
    // A store that ends while it is spoken to is no error here: its end is handled where it is noticed.
    this.#child.send(message, (error) => {
      if (error !== null) this.#options.log.debug({ err: error }, "the store is gone");
    });
  }

  /** Every message is a sign of life; without one for too long the process is killed, and so started again. */
  #watch(): void {
    clearTimeout(this.#hangTimer);
    if (this.#isStopping) return;
    this.#hangTimer = setTimeout(() => {
      this.#options.log.error({ pid: this.#child?.pid, afterMs: HANG_MS }, "the store does not answer; killing it");
      this.#kill();
    }, HANG_MS);
    this.#hangTimer.unref();
  }
}

/** Memory that a process holds, where the system tells it (Linux). */
function residentBytes(pid: number): number | undefined {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1];
    return Number(pages) * 4096;
  } catch {
    // The process has just ended, or this system has no such file.
    return undefined;
  }
}
