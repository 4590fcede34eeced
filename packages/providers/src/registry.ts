/** All providers: one line each. */
import { anthropic } from "./anthropic/provider.ts";
import type { PriceAnswer, PriceQuestion, Provider } from "./provider.ts";

/** Every provider that we know, one per folder. */
export const PROVIDERS: readonly Provider[] = [anthropic];

const BY_NAME: ReadonlyMap<string, Provider> = new Map(
  PROVIDERS.flatMap((provider) => provider.aliases.map((alias): [string, Provider] => [alias, provider])),
);

/**
 * The canonical id of a model, or undefined when nobody knows it. A provider that only resells (a cloud, a gateway) or
 * that was not reported is no hindrance: the id then says whose model it is.
 */
export function canonicalModel(provider: string | undefined, reportedModel: string): string | undefined {
  const named = provider === undefined ? undefined : BY_NAME.get(provider);
  if (named !== undefined) return named.canonicalModel(reportedModel);
  for (const candidate of PROVIDERS) {
    const model = candidate.canonicalModel(reportedModel);
    if (model !== undefined) return model;
  }
  return undefined;
}

/** The price of one call, exact, or why there is none. A provider without a price table here is never priced by another's. */
export function priceOf(question: PriceQuestion): PriceAnswer {
  if (question.provider !== undefined) {
    const named = BY_NAME.get(question.provider);
    return (
      named?.price(question) ?? { priced: false, reason: `no price table is known for provider "${question.provider}"` }
    );
  }
  const owner = PROVIDERS.find((provider) => provider.canonicalModel(question.model) !== undefined);
  return owner?.price(question) ?? { priced: false, reason: `no price is known for model "${question.model}"` };
}
