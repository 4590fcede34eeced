import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FromLoad, LoadCounts, LoadOptions, LoadResult, ToLoad } from "./messages.ts";

/** A load that is prepared or running in its own process. */
export interface Load {
  readonly pid: number;
  /** The begin of sending. Resolves with how it went. */
  go(): Promise<LoadResult>;
  /** Lets each sender finish its request; `go` then resolves. */
  stop(): void;
  /** The last counts that the process told. */
  counts(): LoadCounts;
  /** Ends the process if it still runs. */
  kill(): void;
}

const PROCESS = fileURLToPath(new URL("load-process.ts", import.meta.url));

/** Starts a process, lets it encode its traffic, and waits until it can send. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const child = fork(PROCESS, [], { execArgv: ["--conditions=@phasewise/source"], stdio: ["ignore", 2, 2, "ipc"] });
  let counts: LoadCounts = { acknowledgedItems: 0, acknowledgedRequests: 0, sentBytes: 0, answers: {} };
  const ready = Promise.withResolvers<void>();
  const done = Promise.withResolvers<LoadResult>();
  // A failure is told by whichever of the two is waited for.
  done.promise.catch(() => undefined);
  const fail = (error: Error): void => {
    ready.reject(error);
    done.reject(error);
  };
  child.on("message", (raw) => {
    const message = raw as FromLoad;
    if (message.type === "ready") ready.resolve();
    else if (message.type === "counts") counts = message.counts;
    else if (message.type === "failed") fail(new Error(message.message));
    else {
      counts = message.result;
      done.resolve(message.result);
    }
  });
  child.once("error", fail);
  child.once("exit", (code) => fail(new Error(`the load process ended with ${code}`)));
  tell(child, { type: "prepare", options });
  await ready.promise;
  return {
    pid: child.pid ?? 0,
    go: () => {
      tell(child, { type: "go" });
      return done.promise;
    },
    stop: () => tell(child, { type: "stop" }),
    counts: () => counts,
    kill: () => child.kill("SIGKILL"),
  };
}

function tell(child: ChildProcess, message: ToLoad): void {
  if (child.connected) child.send(message);
}
