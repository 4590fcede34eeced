/** Anthropic's own API. Bedrock and Vertex AI serve the same models and bill by price lists of their own. */
import type { Provider } from "../provider.ts";
import { canonicalClaudeModel, cloudOfModelId } from "./models.ts";
import { priceClaude } from "./price.ts";
import { PRICES, SOURCE, TERMS } from "./prices.ts";

/** Anthropic's first-party API. */
export const anthropic: Provider = {
  id: "anthropic",
  title: "Anthropic",
  aliases: ["anthropic", "anthropic.messages", "Anthropic"],
  source: SOURCE,
  prices: PRICES,
  terms: TERMS,
  canonicalModel: canonicalClaudeModel,
  billedBy: cloudOfModelId,
  price: priceClaude,
};
