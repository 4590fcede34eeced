/** The data of `@pydantic/genai-prices`, through its documented functions. */
import { createRequire } from "node:module";
import type * as GenaiPrices from "@pydantic/genai-prices";
import type { MatchLogic, ModelInfo, ModelPrice } from "@pydantic/genai-prices";

/** Version of the package, which is also the state of its prices. */
export const PACKAGE_VERSION = "0.1.8";

const require = createRequire(import.meta.url);
let loaded: typeof GenaiPrices | undefined;

/** The package. Its table takes a tenth of a second and 20 MB, so it is loaded when somebody asks for the first time. */
function genaiPrices(): typeof GenaiPrices {
  loaded ??= require("@pydantic/genai-prices") as typeof GenaiPrices;
  return loaded;
}

/** A model of the package and what it costs at a time. */
export interface PackageModel {
  readonly id: string;
  readonly prices: ModelPrice;
}

/**
 * The model that a reported id means, or undefined. The package matches many ids by a part of them; that is believed only
 * when the id equals the model's own, or one that the package lists whole, or either followed by a date.
 */
export function findPackageModel(provider: string, reported: string, at: Date): PackageModel | undefined {
  const id = reported.toLowerCase();
  if (isClaude(id)) return undefined;
  const answer = genaiPrices().calcPrice({}, id, { providerId: provider, timestamp: at });
  if (answer === null || answer.provider.id !== provider || isClaude(answer.model.id)) return undefined;
  const isMeant = [id, id.replace(SNAPSHOT_DATE, "")].some(
    (one) => answer.model.id.toLowerCase() === one || listsWhole(answer.model.match, one),
  );
  if (!isMeant || at.getTime() < firstDay(answer.model)) return undefined;
  return { id: answer.model.id, prices: answer.model_price };
}

/** Every model of a provider of the package, with all its dated prices; none of them is Claude. */
export function packageModels(provider: string): readonly ModelInfo[] {
  const found = genaiPrices().findProvider({ providerId: provider });
  return found?.id === provider ? found.models.filter((model) => !isClaude(model.id)) : [];
}

/** `-2025-08-07` or `-20250807`. */
const SNAPSHOT_DATE = /-20\d{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/;

/** Claude is priced by our own table alone, whoever serves it: the package takes its models by prefix. */
function isClaude(id: string): boolean {
  return /claude|anthropic/i.test(id);
}

function listsWhole(match: MatchLogic, id: string): boolean {
  if ("equals" in match) return match.equals.toLowerCase() === id;
  return "or" in match && match.or.some((one) => listsWhole(one, id));
}

/** Before its first date the package answers with the earliest price it has, which nobody says was true then. */
function firstDay({ prices }: ModelInfo): number {
  const constraint = Array.isArray(prices) ? prices[0]?.constraint : undefined;
  return constraint?.type === "start_date" ? Date.parse(`${constraint.start_date}T00:00:00Z`) : -Infinity;
}
