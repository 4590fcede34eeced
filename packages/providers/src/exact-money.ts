/** Exact conversions of decimal text to whole 1e-12 USD. No float takes part. */

const PICO_DIGITS = 12;
/** A price of 1 USD per million tokens is 1e-6 USD a token: six digits less. */
const PER_MILLION_DIGITS = PICO_DIGITS - 6;

/** 1 USD in 1e-12 USD. */
export const PICO_PER_USD: bigint = 10n ** BigInt(PICO_DIGITS);

/** USD as decimal text, in 1e-12 USD; throws when the text is no decimal number or has more digits than fit. */
export function usdToPico(text: string): bigint {
  return scaled(text, PICO_DIGITS);
}

/** USD per million tokens as decimal text, in 1e-12 USD per token; throws as `usdToPico` does. */
export function usdPerMillionToPicoPerToken(text: string): bigint {
  return scaled(text, PER_MILLION_DIGITS);
}

function scaled(text: string, digits: number): bigint {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  const whole = match?.[1];
  const fraction = match?.[2] ?? "";
  if (whole === undefined || fraction.length > digits) {
    throw new RangeError(`expected a decimal number with at most ${digits} digits after the point, got "${text}"`);
  }
  return BigInt(whole + fraction.padEnd(digits, "0"));
}
