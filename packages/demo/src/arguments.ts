import { parseArgs } from "node:util";

/** What `npm run demo -- ...` was asked for. */
export interface DemoArguments {
  readonly iterations: number;
  /** Factor on all waiting times of the double and the simulated market; 0 is as fast as it goes. */
  readonly pace: number;
  /** Page and HTTP API of the collector. */
  readonly url: string;
  readonly help: boolean;
}

/** Text of `--help`. */
export const USAGE = `Usage: npm run demo -- [options]

Runs a trading-strategy agent with the real @anthropic-ai/sdk and prints what it took, phase by phase.
Without ANTHROPIC_API_KEY, Claude is played by a local double of the Messages API, and nothing is paid.

  --iterations N   how many iterations to run (default 3; every second scan is repeated, every third iteration fails)
  --pace X         slower (above 1) or faster (below 1) for watching live (default 1)
  --url URL        page and HTTP API of the collector (default PHASEWISE_URL or http://127.0.0.1:4319)

Telemetry goes where OTEL_EXPORTER_OTLP_ENDPOINT says (default http://127.0.0.1:4318).
`;

/** Reads the command line; throws an error for people when it is wrong. */
export function readArguments(given: readonly string[], defaultUrl: string): DemoArguments {
  const { values } = parseArgs({
    args: [...given],
    options: {
      iterations: { type: "string", default: "3" },
      pace: { type: "string", default: "1" },
      url: { type: "string", default: defaultUrl },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const iterations = Number(values.iterations);
  const pace = Number(values.pace);
  if (!Number.isInteger(iterations) || iterations < 1) {
    throw new Error(`--iterations: expected a whole number above 0, got "${values.iterations}"`);
  }
  if (!(pace >= 0 && pace <= 1000)) throw new Error(`--pace: expected a number from 0 to 1000, got "${values.pace}"`);
  if (!URL.canParse(values.url)) throw new Error(`--url: expected an address, got "${values.url}"`);
  return { iterations, pace, url: values.url.replace(/\/+$/, ""), help: values.help };
}
