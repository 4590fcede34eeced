/** Exact decimal numbers and amounts of money. No float takes part. */

const PICO_DIGITS = 12;
/** A price of 1 USD per million tokens is 1e-6 USD a token: six digits less. */
const PER_MILLION_DIGITS = PICO_DIGITS - 6;

/** 1 USD in 1e-12 USD. */
export const PICO_PER_USD: bigint = 10n ** BigInt(PICO_DIGITS);

/** The number `units / 10^scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** USD as decimal text, in 1e-12 USD; throws when the text is no decimal number or has more digits than fit. */
export function usdToPico(text: string): bigint {
  return scaled(text, PICO_DIGITS);
}

/** USD per million tokens as decimal text, in 1e-12 USD per token; throws as `usdToPico` does. */
export function usdPerMillionToPicoPerToken(text: string): bigint {
  return scaled(text, PER_MILLION_DIGITS);
}

/** A decimal number from its text, all digits kept; throws when the text is no decimal number. */
export function parseDecimal(text: string): Decimal {
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) throw new RangeError(`expected a decimal number such as 3.75, got "${text}"`);
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

/** A whole number as a decimal one. */
export function wholeNumber(value: bigint): Decimal {
  return { units: value, scale: 0 };
}

/** The exact sum. */
export function sumOf(numbers: readonly Decimal[]): Decimal {
  const scale = Math.max(0, ...numbers.map((number) => number.scale));
  const units = numbers.reduce((sum, number) => sum + number.units * 10n ** BigInt(scale - number.scale), 0n);
  return { units, scale };
}

/** The exact product. */
export function productOf(...numbers: readonly Decimal[]): Decimal {
  return numbers.reduce((product, number) => ({
    units: product.units * number.units,
    scale: product.scale + number.scale,
  }));
}

/** The quotient of two numbers that are not negative, rounded half up to `digits` after the point. */
export function quotientOf(dividend: Decimal, divisor: Decimal, digits: number): Decimal {
  const numerator = dividend.units * 10n ** BigInt(divisor.scale + digits);
  return { units: divideHalfUp(numerator, divisor.units * 10n ** BigInt(dividend.scale)), scale: digits };
}

/** A number of USD that is not negative in 1e-12 USD, rounded half up where it has more digits. */
export function toPico({ units, scale }: Decimal): bigint {
  if (scale <= PICO_DIGITS) return units * 10n ** BigInt(PICO_DIGITS - scale);
  return divideHalfUp(units, 10n ** BigInt(scale - PICO_DIGITS));
}

/** Text of a number that is not negative, without zeros that say nothing. */
export function decimalText({ units, scale }: Decimal): string {
  const digits = units.toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator * 2n + denominator) / (denominator * 2n);
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
