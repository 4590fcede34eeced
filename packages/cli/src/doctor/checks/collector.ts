import type { Ready } from "@phasewise/api";
import { causeOf } from "../../api-client.ts";
import { formatDuration } from "../../format/duration.ts";
import type { Finding } from "../finding.ts";
import { type Check, PATIENCE_MS, type Probe } from "../probe.ts";

/** Clocks further apart than this put telemetry into the wrong window of a report. */
const SKEW_WARN_MS = 5_000;
const SKEW_FAIL_MS = 60_000;

/** The collector: reachable, ready, and of the same time of day. */
export const collectorCheck: Check = {
  name: "collector",
  run: async (probe) => {
    const { context, collectorUrl } = probe;
    const before = context.now();
    let response: Response;
    try {
      response = await context.fetch(`${collectorUrl}/health/ready`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch (error) {
      return [
        {
          level: "fail",
          what: `No collector answers at ${collectorUrl} (${causeOf(error)}).`,
          mend: "Start one with `phasewise serve`, or set PHASEWISE_URL to where it listens.",
        },
      ];
    }
    const findings: Omit<Finding, "check">[] = [await readiness(response, collectorUrl)];
    const skew = skewOf(response, (before + context.now()) / 2);
    if (skew !== undefined) findings.push(skewFinding(skew));
    if (response.ok) findings.push(await access(probe));
    return findings;
  },
};

async function readiness(response: Response, url: string): Promise<Omit<Finding, "check">> {
  const body = (await response.json().catch(() => undefined)) as Partial<Ready> | undefined;
  if (typeof body?.ready !== "boolean") {
    return {
      level: "fail",
      what: `${url} answers with HTTP ${response.status}, but not as a Phasewise collector.`,
      mend: `Set PHASEWISE_URL to the collector's page, not to another of its ports; it is ${url} now.`,
    };
  }
  if (body.ready) return { level: "ok", what: `The collector at ${url} is ready.` };
  return {
    level: "warn",
    what: `The collector at ${url} is behind: ${body.loaded} of ${body.acknowledged} can be queried.`,
    mend: "Wait a moment; if it stays so, look at the collector's log and the free disk space.",
  };
}

/** Difference in milliseconds between the collector's clock and this one; its `Date` header has whole seconds. */
function skewOf(response: Response, now: number): number | undefined {
  const date = Date.parse(response.headers.get("date") ?? "");
  return Number.isNaN(date) ? undefined : date + 500 - now;
}

function skewFinding(skew: number): Omit<Finding, "check"> {
  const size = Math.abs(skew);
  if (size <= SKEW_WARN_MS) return { level: "ok", what: "Its clock agrees with this machine's." };
  return {
    level: size > SKEW_FAIL_MS ? "fail" : "warn",
    what: `Its clock is ${formatDuration(size)} ${skew > 0 ? "ahead of" : "behind"} this machine's, so runs appear at the wrong time.`,
    mend: "Synchronise both clocks (NTP).",
  };
}

async function access({ context, collectorUrl }: Probe): Promise<Omit<Finding, "check">> {
  const token = context.env["PHASEWISE_TOKEN"] ?? "";
  try {
    const response = await context.fetch(`${collectorUrl}/api/reports`, {
      headers: token === "" ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) return { level: "ok", what: "Its reports can be read." };
    if (response.status === 401) {
      return {
        level: "fail",
        what: token === "" ? "It asks for a token, and PHASEWISE_TOKEN is not set." : "It refuses PHASEWISE_TOKEN.",
        mend: "Set PHASEWISE_TOKEN to the token that the collector was started with.",
      };
    }
    return { level: "fail", what: `Its reports answer HTTP ${response.status}.`, mend: "Look at the collector's log." };
  } catch (error) {
    return {
      level: "fail",
      what: `Its reports do not answer (${causeOf(error)}).`,
      mend: "Look at the collector's log.",
    };
  }
}
