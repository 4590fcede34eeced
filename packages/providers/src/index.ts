export type { BillableUsage, PriceAnswer, PriceQuestion, PriceRow, Provider } from "./provider.ts";
export { PROVIDERS, canonicalModel, priceOf } from "./registry.ts";
