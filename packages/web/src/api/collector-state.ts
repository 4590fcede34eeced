import type { Ready } from "@phasewise/api";
import { useRef } from "react";
import { ApiFailure, reach } from "./client.ts";
import { usePolled } from "./use-polled.ts";

const EVERY_MS = 3000;

/** How the collector is: unknown until the first answer. */
export interface CollectorState {
  readonly condition: "unknown" | "ready" | "behind" | "offline";
  /** Requests acknowledged that queries do not see yet. */
  readonly waiting: number;
  /** Whether anything was ever acknowledged; undefined while not known. */
  readonly hasTelemetry: boolean | undefined;
  /** Unix milliseconds of the last answer before it went offline. */
  readonly offlineSince: number | undefined;
  readonly retry: () => void;
}

/** Follows `/health/ready`. */
export function useCollectorState(): CollectorState {
  const acknowledgedBefore = useRef<string>(undefined);
  const ask = async (signal: AbortSignal): Promise<Ready & { readonly late: number }> => {
    const ready = await askReady(signal);
    // While telemetry flows something is always on its way; what was there a round ago and is not in yet is late.
    const late = behindBy({ ...ready, acknowledged: acknowledgedBefore.current ?? "0" });
    acknowledgedBefore.current = ready.acknowledged;
    return { ...ready, late };
  };
  const polled = usePolled("ready", ask, EVERY_MS);
  const { data, failure, failingSince, retry } = polled;
  const hasTelemetry = data === undefined ? undefined : data.acknowledged !== "0";
  if (failure !== undefined) {
    return { condition: "offline", waiting: 0, hasTelemetry, offlineSince: failingSince, retry };
  }
  if (data === undefined) return { condition: "unknown", waiting: 0, hasTelemetry, offlineSince: undefined, retry };
  const condition = data.ready || data.late === 0 ? "ready" : "behind";
  return {
    condition,
    waiting: condition === "ready" ? 0 : behindBy(data),
    hasTelemetry,
    offlineSince: undefined,
    retry,
  };
}

async function askReady(signal: AbortSignal): Promise<Ready> {
  const response = await reach("/health/ready", signal);
  // 503 with a body is an answer: not ready. Anything else is somebody in between, or a collector that is starting.
  const body = (await response.json().catch(() => undefined)) as Partial<Ready> | undefined;
  if (typeof body?.ready !== "boolean") throw new ApiFailure("offline", "The collector does not answer.");
  return { ready: body.ready, acknowledged: body.acknowledged ?? "0", loaded: body.loaded ?? "0" };
}

function behindBy(ready: Ready): number {
  const difference = Number(ready.acknowledged) - Number(ready.loaded);
  return Number.isFinite(difference) ? Math.max(0, difference) : 0;
}
