/** The file of the function `token_prices`, from the price tables that price the calls. */
import { makePriceBook } from "@phasewise/providers";
import { tokenPricesStatement } from "../../src/prices/token-prices.ts";

/** The SQL file: prices of one token by price id, as the price tables give them when they are asked. */
export function tokenPricesSql(): string {
  return `-- What one token cost in USD by the price that a call names in price_id: [input, output, cache read, 5-minute cache write, 1-hour cache write]; NULL when the price is not known here. Written from the price tables of packages/providers by its test (vitest run collector/test/token-prices.test.ts -u).
${tokenPricesStatement(makePriceBook())};
`;
}
