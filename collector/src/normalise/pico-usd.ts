const PICO_DIGITS = 12;
/** From here on a cost is taken for an error of the source: no request costs a million dollars. */
const LIMIT_USD = 1e6;

/**
 * A stated cost in whole 1e-12 USD; undefined when it is negative or a million and more.
 * A double means the shortest decimal that is read as it, which is what its writer had: 12345.678901 and not
 * 12345.678900999999314080923795700073. What lies below 1e-12 is rounded.
 */
export function toPicoUsd(usd: number): bigint | undefined {
  if (!(usd >= 0 && usd < LIMIT_USD)) return undefined;
  const [mantissa = "0", exponent = "0"] = String(usd).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const digits = BigInt(whole + fraction);
  const shift = Number(exponent) - fraction.length + PICO_DIGITS;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  return ((digits * 2n) / 10n ** BigInt(-shift) + 1n) / 2n;
}
