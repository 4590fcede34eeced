import type { KeyValues } from "../../../decode/otlp.ts";
import { readCount, readNumber } from "../../attribute-bag.ts";
import { toPicoUsd } from "../../pico-usd.ts";

const COST_USD = "cost_usd";
const COST_MICROS = "cost_usd_micros";
const MICROS_PER_USD = 1e6;
/** The program rounds to whole micro-dollars; half of one is the most that rounding can take. */
const ROUNDING_MICROS = 0.500001;

/**
 * The cost that the program states, in 1e-12 USD. The micro-dollars are rounded (a small call of a small model costs less
 * than one), so the dollars go first as long as the micro-dollars are their rounding; otherwise the whole number is
 * taken, which no float has touched.
 */
export function readReportedCost(attributes: KeyValues, notes: string[]): bigint | undefined {
  const micros = readCount(attributes, COST_MICROS, notes);
  const usd = readNumber(attributes, COST_USD);
  const fromUsd = usd === undefined ? undefined : toPicoUsd(usd);
  if (usd !== undefined && fromUsd === undefined) notes.push(`cost_usd of ${usd} is no cost; it is left out`);
  if (micros === undefined || usd === undefined || fromUsd === undefined) {
    return micros === undefined ? fromUsd : toPicoUsd(micros / MICROS_PER_USD);
  }
  if (Math.abs(usd * MICROS_PER_USD - micros) <= ROUNDING_MICROS) return fromUsd;
  notes.push(`cost_usd of ${usd} is not cost_usd_micros of ${micros}; the latter is taken`);
  return toPicoUsd(micros / MICROS_PER_USD);
}
