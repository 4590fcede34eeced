import type { Logger } from "pino";
import { isPhasewiseError } from "./errors.ts";
import type { OnRefused, RefusalReason } from "./receive/refusal.ts";
import type { Counters } from "./self-metrics.ts";

/** Under overload there are thousands of refusals a second: one line for each reason in this time says enough. */
const QUIET_MS = 10_000;

/**
 * Counts every refusal, and logs those that are not the sender's own doing: the first of each reason at once, the next
 * after ten seconds with how many there were in between.
 */
export function createRefusalLog(log: Logger, counters: Counters): OnRefused {
  const seen = new Map<RefusalReason, { at: number; silent: number }>();
  return (reason, error) => {
    counters.add("requests_refused", 1, reason);
    if (reason !== "INTERNAL" && !(isPhasewiseError(error) && error.retryable)) return;
    const now = Date.now();
    const last = seen.get(reason);
    if (last !== undefined && now - last.at < QUIET_MS) {
      last.silent += 1;
      return;
    }
    seen.set(reason, { at: now, silent: 0 });
    log.warn({ reason, err: error, others: last?.silent ?? 0 }, "a request was not taken");
  };
}
