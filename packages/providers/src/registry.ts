/** Models and list prices over all providers. */
import { priceByPackage } from "./genai-prices/price.ts";
import type { PriceAnswer, PriceQuestion } from "./provider.ts";
import { makerOf, providerNamed } from "./providers.ts";

/**
 * The canonical id of a model, or undefined when nobody knows it. A provider that only resells (a cloud, a gateway) or
 * that was not reported is no hindrance: the id then says whose model it is.
 */
export function canonicalModel(provider: string | undefined, reportedModel: string): string | undefined {
  const named = provider === undefined ? undefined : providerNamed(provider);
  return (named ?? makerOf(reportedModel))?.canonicalModel(reportedModel);
}

/**
 * The list price of one call, exact, or why there is none. A provider without a price table here is never priced by
 * another's; for some of them the price package has one.
 */
export function priceOf(question: PriceQuestion): PriceAnswer {
  if (question.provider === undefined) {
    const maker = makerOf(question.model);
    return maker?.price(question) ?? { priced: false, reason: `no price is known for model "${question.model}"` };
  }
  return providerNamed(question.provider)?.price(question) ?? priceByPackage(question.provider, question);
}
