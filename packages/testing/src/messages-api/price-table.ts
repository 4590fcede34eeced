/**
 * What the double charges: a second, independent statement of the list prices, so that a report can be compared with
 * what was served without one side having computed both. Imports nothing of ours on purpose.
 */
import type { Charge } from "./usage.ts";

/** Prices of one model in 1e-12 USD per token. */
interface Rates {
  readonly input: bigint;
  readonly output: bigint;
  readonly write5m: bigint;
  readonly write1h: bigint;
  readonly read: bigint;
}

/** USD per million tokens to 1e-12 USD per token. */
function rates(input: number, output: number, write5m: number, write1h: number, read: number): Rates {
  const pico = (usdPerMillion: number): bigint => BigInt(Math.round(usdPerMillion * 1e6));
  return {
    input: pico(input),
    output: pico(output),
    write5m: pico(write5m),
    write1h: pico(write1h),
    read: pico(read),
  };
}

interface PricedModel {
  readonly normal: Rates;
  readonly fast?: Rates;
  /** Above this many input tokens, strictly, the whole request costs `longPrompt`. */
  readonly longPrompt?: { readonly above: number; readonly rates: Rates };
  /** Applies to requests before the moment. */
  readonly earlier?: { readonly beforeUnixMs: number; readonly rates: Rates };
}

const opus5 = rates(5, 25, 6.25, 10, 0.5);
const sonnet4 = rates(3, 15, 3.75, 6, 0.3);

const MODELS: Readonly<Record<string, PricedModel>> = {
  "claude-fable-5-2": { normal: rates(8, 40, 10, 16, 0.2), fast: rates(16, 80, 20, 32, 0.4) },
  "claude-fable-5-1": { normal: rates(10, 50, 12.5, 20, 0.25) },
  "claude-opus-5-5": { normal: rates(4, 20, 5, 8, 0.2), fast: rates(8, 40, 10, 16, 0.4) },
  "claude-opus-5": { normal: opus5, fast: rates(10, 50, 12.5, 20, 1) },
  "claude-opus-4-8": { normal: opus5, fast: rates(10, 50, 12.5, 20, 1) },
  "claude-opus-4-6": { normal: opus5, fast: rates(30, 150, 37.5, 60, 3) },
  "claude-opus-4-5": { normal: opus5 },
  "claude-sonnet-5-5": {
    normal: rates(2, 10, 2.5, 4, 0.1),
    earlier: { beforeUnixMs: Date.UTC(2026, 9, 7), rates: rates(2, 10, 2.5, 4, 0.2) },
  },
  "claude-sonnet-5": { normal: rates(2, 10, 2.5, 4, 0.2) },
  "claude-sonnet-4-6": { normal: sonnet4 },
  "claude-sonnet-4-5": { normal: sonnet4 },
  "claude-haiku-5-5": {
    normal: rates(0.1, 0.5, 0.125, 0.2, 0.01),
    longPrompt: { above: 100_000, rates: rates(0.5, 2.5, 0.625, 1, 0.05) },
  },
  "claude-haiku-4-5": { normal: rates(1, 5, 1.25, 2, 0.1) },
};

const SNAPSHOTS: Readonly<Record<string, string>> = {
  "claude-haiku-4-5": "claude-haiku-4-5-20251001",
  "claude-opus-4-5": "claude-opus-4-5-20251101",
  "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
};

const WEB_SEARCH_PICO_USD = 10_000_000_000n;

/** Ids of the models that the double serves, without dates, newest family first. */
export const SERVED_MODELS: readonly string[] = Object.keys(MODELS);

/** The id without its date when the double serves the model, else undefined. */
export function servedModel(requested: string): string | undefined {
  if (Object.hasOwn(MODELS, requested)) return requested;
  return SERVED_MODELS.find((model) => SNAPSHOTS[model] === requested);
}

/** The id that an answer names: the dated snapshot for the models that have one. */
export function answeringModel(served: string): string {
  return SNAPSHOTS[served] ?? served;
}

/** What a charge costs in 1e-12 USD, exactly. `model` is one of `SERVED_MODELS`. */
export function costPicoUsd(model: string, charge: Charge, atUnixMs: number): bigint {
  const priced = MODELS[model];
  if (priced === undefined) throw new Error(`no price for "${model}"; the double serves ${SERVED_MODELS.join(", ")}`);
  const chosen = chooseRates(priced, charge, atUnixMs);
  const tokens =
    BigInt(charge.uncachedInputTokens) * chosen.input +
    BigInt(charge.cacheReadTokens) * chosen.read +
    BigInt(charge.cacheWrite5mTokens) * chosen.write5m +
    BigInt(charge.cacheWrite1hTokens) * chosen.write1h +
    BigInt(charge.outputTokens) * chosen.output;
  const inPlace = charge.inferenceGeo === "us" ? (tokens * 11n) / 10n : tokens;
  return inPlace + BigInt(charge.webSearchRequests) * WEB_SEARCH_PICO_USD;
}

function chooseRates(priced: PricedModel, charge: Charge, atUnixMs: number): Rates {
  if (charge.speed === "fast" && priced.fast !== undefined) return priced.fast;
  const { longPrompt, earlier } = priced;
  const input =
    charge.uncachedInputTokens + charge.cacheReadTokens + charge.cacheWrite5mTokens + charge.cacheWrite1hTokens;
  if (longPrompt !== undefined && input > longPrompt.above) return longPrompt.rates;
  return earlier !== undefined && atUnixMs < earlier.beforeUnixMs ? earlier.rates : priced.normal;
}
