/** The front's side of the store process: starts it, restarts it, tells it how far the journal is. */
import { fork, type ChildProcess } from "node:child_process";
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

/** The store process as the front sees it. */
export interface StoreLink {
  /** Resolves when the store is open and its API listens; rejects when it cannot. */
  readonly ready: Promise<{ readonly webPort: number }>;
  /** The journal has grown. */
  advance(head: Sequence): void;
  /** Lets the store load everything and close; kills it when that takes longer than `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
  /** Process id of the running store, if one runs. */
  pid(): number | undefined;
}

/** Without a beat for this long the store hangs and is killed. It beats every second. */
const HANG_MS = 30_000;
const RESTART_FIRST_MS = 100;
const RESTART_LAST_MS = 5_000;

/** Starts the store process and keeps it running. */
export function startStore(options: StoreLinkOptions): StoreLink {
  const { config, log } = options;
  const ready = Promise.withResolvers<{ readonly webPort: number }>();
  let child: ChildProcess | undefined;
  let webPort = config.webPort;
  let stopping = false;
  let wait = RESTART_FIRST_MS;
  let hangTimer: NodeJS.Timeout | undefined;

  function send(message: ToStore): void {
    if (child?.connected !== true) return;
    // A store that ends while it is spoken to is no error here: its end is handled where it is noticed.
    child.send(message, (error) => {
      if (error !== null) log.debug({ err: error }, "the store is gone");
    });
  }

  function beat(): void {
    clearTimeout(hangTimer);
    hangTimer = setTimeout(() => {
      log.error({ pid: child?.pid, afterMs: HANG_MS }, "the store does not answer; killing it");
      child?.kill("SIGKILL");
    }, HANG_MS);
    hangTimer.unref();
  }

  function receive(message: ToFront): void {
    beat();
    switch (message.type) {
      case "ready":
        // A restarted store takes the port again that people already know.
        webPort = message.webPort;
        wait = RESTART_FIRST_MS;
        options.onLoaded(BigInt(message.loaded));
        ready.resolve({ webPort });
        break;
      case "loaded":
        options.onLoaded(BigInt(message.loaded));
        break;
      case "ask":
        send({ type: "answer", id: message.id, head: String(options.head()), front: options.counters() });
        break;
      case "fatal": {
        stopping = true;
        const error = new PhasewiseError(message.code as ErrorCode, message.message);
        ready.reject(error);
        options.onFatal(error);
        break;
      }
      case "beat":
        break;
    }
  }

  function start(): void {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const file = fileURLToPath(new URL(`./store-process.${extension}`, import.meta.url));
    child = fork(file, [], { serialization: "json", stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child.on("message", (message) => receive(message as ToFront));
    child.on("exit", (code, signal) => {
      clearTimeout(hangTimer);
      if (stopping) return;
      log.error({ code, signal, restartInMs: wait }, "the store process ended; starting it again");
      options.onRestart();
      setTimeout(start, wait);
      wait = Math.min(wait * 2, RESTART_LAST_MS);
    });
    send({ type: "start", config: { ...config, webPort }, head: String(options.head()) });
    beat();
  }

  start();
  return {
    ready: ready.promise,
    advance: (head) => send({ type: "head", head: String(head) }),
    pid: () => child?.pid,
    async stop(timeoutMs) {
      stopping = true;
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const gone = new Promise<void>((done) => running.once("exit", () => done()));
      send({ type: "stop", head: String(options.head()) });
      const timer = setTimeout(() => running.kill("SIGKILL"), timeoutMs);
      await gone;
      clearTimeout(timer);
    },
  };
}
