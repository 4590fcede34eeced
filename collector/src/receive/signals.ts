import type { Signal } from "../decode/otlp.ts";

/** Where a signal is received and what its answer calls rejected items. */
export interface SignalRoute {
  readonly signal: Signal;
  readonly path: string;
  /** Field 1 of the partial success of its response, in JSON. */
  readonly rejectedField: string;
}

/** The signals that are received over HTTP. Source: OTLP 1.11.0, "OTLP/HTTP Request". */
export const SIGNAL_ROUTES: readonly SignalRoute[] = [
  { signal: "traces", path: "/v1/traces", rejectedField: "rejectedSpans" },
  { signal: "logs", path: "/v1/logs", rejectedField: "rejectedLogRecords" },
  { signal: "metrics", path: "/v1/metrics", rejectedField: "rejectedDataPoints" },
];

/** The path of the signal that is known but not collected. */
export const PROFILES_PATH = "/v1development/profiles";
