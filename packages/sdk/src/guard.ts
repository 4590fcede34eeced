import { diag } from "@opentelemetry/api";

/** Runs a step of our own; whatever it throws goes to the diagnostics log and never to the host. */
export function guard<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    try {
      diag.debug("phasewise: a step of the instrumentation failed", error);
    } catch {
      // A broken diagnostics logger must not reach the host either.
    }
    return undefined;
  }
}

const said = new Set<string>();

/** Tells the person who set this process up that something is wrong: one line on stderr, once per text. */
export function warnOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  guard(() => process.stderr.write(`[phasewise] ${message}\n`));
}
