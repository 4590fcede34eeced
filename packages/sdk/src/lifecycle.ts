import { guard } from "./guard.ts";
import { closeOpenSpans, openSpanCount } from "./open-spans.ts";

/** What the end of the process has to deal with. */
export interface Remains {
  /** Grows whenever something is finished that has to be sent. */
  readonly produced: () => number;
  /** Sends what waits, within the time limit; never rejects. */
  readonly flush: () => Promise<void>;
  /** Sends what is left while the thread waits. */
  readonly sendAndWait: () => void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Flushes when the event loop has run dry, once for everything that was produced until then. */
function onBeforeExit(remains: Remains): () => void {
  let flushed = -1;
  return () => {
    const produced = remains.produced();
    if (produced === flushed) return;
    flushed = produced;
    void remains.flush();
  };
}

/**
 * Flushes on a signal. Our listener takes itself away before the host's run, so that a host that looks whether it is
 * alone (the `signal-exit` package does) sees what it would see without us. Without a host listener the signal is
 * raised again after the flush, so that the process dies of it as it would have.
 */
function onSignal(signal: NodeJS.Signals, remains: Remains): () => void {
  const listener = (): void => {
    process.removeListener(signal, listener);
    if (process.listenerCount(signal) > 0) {
      void remains.flush();
      setImmediate(() => process.prependListener(signal, listener));
      return;
    }
    closeOpenSpans({ status: "cancelled" });
    void remains.flush().finally(() => process.kill(process.pid, signal));
  };
  return listener;
}

/** What to do when the process is as good as gone: close what is open, and send it. */
function onExit(remains: Remains, crash: () => { error: unknown } | undefined): (code: number) => void {
  return (code) => {
    if (openSpanCount() > 0) {
      // The host may have caught an earlier crash: only with an exit code is it what ended the process.
      const crashed = code === 0 ? undefined : crash();
      if (crashed !== undefined) closeOpenSpans({ status: "failed", error: crashed.error });
      else closeOpenSpans(code === 0 ? { status: "cancelled" } : { status: "failed" });
    }
    guard(remains.sendAndWait);
  };
}

/** Follows the process to its end. The returned function stops following. */
export function followProcess(remains: Remains): () => void {
  let crash: { error: unknown } | undefined;
  const beforeExit = onBeforeExit(remains);
  const exit = onExit(remains, () => crash);
  // A monitor sees the error that ends the process, and changes nothing about it.
  const monitor = (error: unknown): void => {
    crash = { error };
  };
  const signals = SIGNALS.map((signal) => [signal, onSignal(signal, remains)] as const);
  process.on("beforeExit", beforeExit);
  process.on("exit", exit);
  process.on("uncaughtExceptionMonitor", monitor);
  for (const [signal, listener] of signals) guard(() => process.prependListener(signal, listener));
  return () => {
    process.removeListener("beforeExit", beforeExit);
    process.removeListener("exit", exit);
    process.removeListener("uncaughtExceptionMonitor", monitor);
    for (const [signal, listener] of signals) process.removeListener(signal, listener);
  };
}
