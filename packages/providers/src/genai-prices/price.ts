/**
 * Prices of other vendors, out of `@pydantic/genai-prices`. The package picks model and price; the arithmetic is ours,
 * because its own is in floats: every price is taken as the shortest decimal that is read as it, which is what its
 * writer had.
 */
import { parseDecimal, productOf, sumOf, toPico, wholeNumber } from "../exact-money.ts";
import type { Decimal } from "../exact-money.ts";
import type { PriceAnswer, PriceQuestion } from "../provider.ts";
import { absurdUsage, inputTokens } from "../usage.ts";
import { findPackageModel, PACKAGE_VERSION } from "./package-data.ts";
import type { PackageModel } from "./package-data.ts";
import { PACKAGE_PROVIDERS } from "./providers.ts";

/** Words for the ordinary tier and speed. */
const PLAIN: ReadonlySet<string | undefined> = new Set([undefined, "standard", "default", "on_demand", "normal"]);
const ANYWHERE: ReadonlySet<string | undefined> = new Set([undefined, "global", "not_available"]);

/** Prices of output that telemetry does not count apart: with one of these a model's output cannot be priced. */
const OUTPUT_KINDS = ["output_reasoning_mtok", "output_citation_mtok", "output_image_mtok", "output_audio_mtok"];

/** Id of a price of the package. */
export function packagePriceId(provider: string, model: string): string {
  return `genai-prices/${provider}/${model}@${PACKAGE_VERSION}`;
}

/** A float of the package as the decimal that it was written as. */
export function decimalOfFloat(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const { units, scale } = parseDecimal(mantissa);
  const shifted = scale - Number(exponent);
  return shifted >= 0 ? { units, scale: shifted } : { units: units * 10n ** BigInt(-shifted), scale: 0 };
}

/** The price of a call to another vendor, or why there is none. */
export function priceByPackage(providerName: string, question: PriceQuestion): PriceAnswer {
  const provider = PACKAGE_PROVIDERS.get(providerName);
  if (provider === undefined) return unpriced(`no price table is known for provider "${providerName}"`);
  const model = findPackageModel(provider, question.model, new Date(question.atUnixMs));
  if (model === undefined) {
    return unpriced(`no price is known for model "${question.model}" of provider "${providerName}"`);
  }
  return whyNot(question, model) ?? priceTokens(provider, model, question);
}

function whyNot(
  { usage, serviceTier, speed, inferenceGeo }: PriceQuestion,
  model: PackageModel,
): PriceAnswer | undefined {
  const absurd = absurdUsage(usage);
  if (absurd !== undefined) return unpriced(absurd);
  if (!PLAIN.has(serviceTier)) return unpriced(`no price is known for service tier "${serviceTier}"`);
  if (!PLAIN.has(speed)) return unpriced(`no price is known for speed "${speed}"`);
  if (!ANYWHERE.has(inferenceGeo)) return unpriced(`no price is known for inference in "${inferenceGeo}"`);
  const kind = OUTPUT_KINDS.find((key) => model.prices[key] !== undefined);
  if (kind === undefined || usage.outputTokens === 0) return undefined;
  return unpriced(
    `model "${model.id}" has a price of its own for a kind of output that is not counted apart (${kind})`,
  );
}

function priceTokens(provider: string, model: PackageModel, question: PriceQuestion): PriceAnswer {
  const { usage } = question;
  const prompt = inputTokens(usage);
  const steps = stepsBelow(model, prompt);
  if (steps !== undefined && question.manyRequests === true) {
    return unpriced(`a sum over requests does not tell which prompts were above ${steps} tokens`);
  }
  const input = priceAt(model, "input_mtok", prompt);
  // Without a price of their own, cached tokens cost what input costs: so the package's own rules say.
  const read = priceAt(model, "cache_read_mtok", prompt) ?? input;
  const write = priceAt(model, "cache_write_mtok", prompt) ?? input;
  const lines: readonly (readonly [count: number, price: Decimal | undefined, name: string])[] = [
    [usage.uncachedInputTokens, input, "input"],
    [usage.cacheReadTokens, read, "cache reads"],
    [usage.cacheWrite5mTokens + usage.cacheWriteUnknownTokens, write, "cache writes"],
    [usage.cacheWrite1hTokens, priceAt(model, "cache_write_1h_mtok", prompt) ?? write, "cache writes"],
    [usage.outputTokens, priceAt(model, "output_mtok", prompt), "output"],
    [usage.webSearchRequests, perThousand(priceAt(model, "web_searches_kcount", prompt)), "web searches"],
    [1, perThousand(priceAt(model, "requests_kcount", prompt)) ?? wholeNumber(0n), "requests"],
  ];
  const missing = lines.find(([count, price]) => count > 0 && price === undefined);
  if (missing !== undefined) return unpriced(`no price of ${missing[2]} is known for model "${model.id}"`);
  if (model.prices["requests_kcount"] !== undefined && question.manyRequests === true) {
    return unpriced(`model "${model.id}" has a price per request, and a sum does not tell how many there were`);
  }
  const perMillion = lines.map(([count, price]) => productOf(wholeNumber(BigInt(count)), price ?? wholeNumber(0n)));
  const cost = productOf(sumOf(perMillion), { units: 1n, scale: 6 });
  return { priced: true, costPicoUsd: toPico(cost), priceId: packagePriceId(provider, model.id) };
}

/** The price of a million at a prompt of this size; a step holds for the whole request, strictly above its start. */
function priceAt({ prices }: PackageModel, key: string, prompt: number): Decimal | undefined {
  const price = prices[key];
  if (price === undefined || typeof price === "number") return price === undefined ? undefined : decimalOfFloat(price);
  const step = price.tiers.toSorted((one, other) => one.start - other.start).findLast(({ start }) => prompt > start);
  return decimalOfFloat(step?.price ?? price.base);
}

/** A price per thousand as one per million, so that it can be added to the others. */
function perThousand(price: Decimal | undefined): Decimal | undefined {
  return price === undefined ? undefined : productOf(price, wholeNumber(1000n));
}

/** The lowest step of a price that the prompt is above; undefined when it is above none. */
function stepsBelow({ prices }: PackageModel, prompt: number): number | undefined {
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === "object" ? price.tiers.map((tier) => tier.start) : [],
  );
  const below = starts.filter((start) => prompt > start);
  return below.length === 0 ? undefined : Math.min(...below);
}

function unpriced(reason: string): PriceAnswer {
  return { priced: false, reason };
}
