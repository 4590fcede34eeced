/** All prices that hold: the user's rows first, then the lists, less the user's discount. */
import type { PriceAnswer, PriceQuestion } from "./provider.ts";
import { priceOf } from "./registry.ts";
import { userPricing } from "./user-prices/price.ts";
import { NO_USER_PRICES } from "./user-prices/user-prices.ts";
import type { UserPrices } from "./user-prices/user-prices.ts";

/** Prices ready to be asked. */
export interface PriceBook {
  readonly userPrices: UserPrices;
  /** The price of one call, exact, or why there is none. */
  readonly price: (question: PriceQuestion) => PriceAnswer;
}

/** The prices with those of a price file before them. */
export function makePriceBook(userPrices: UserPrices = NO_USER_PRICES): PriceBook {
  const user = userPricing(userPrices);
  return { userPrices, price: (question) => user.price(question) ?? user.discounted(priceOf(question), question) };
}
