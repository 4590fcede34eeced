/** The parts of a decimal text such as `-12.50` or `1.5e-9`: value = sign * digits / 10^scale. */
interface Parts {
  readonly negative: boolean;
  readonly digits: bigint;
  readonly scale: number;
}

function partsOf(text: string): Parts | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "0", fraction = "", exponent = "0"] = match;
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0
    ? { negative: sign === "-", digits, scale }
    : { negative: sign === "-", digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** Rounds a decimal text half away from zero to at most `most` places; keeps at least `least`, trims other zeros. */
export function roundDecimal(text: string, least: number, most: number): string {
  const parts = partsOf(text);
  if (parts === undefined) return text;
  const rounded =
    parts.scale > most
      ? { ...parts, digits: divideRounded(parts.digits, 10n ** BigInt(parts.scale - most)), scale: most }
      : parts;
  const padded = rounded.digits.toString().padStart(rounded.scale + 1, "0");
  const whole = padded.slice(0, padded.length - rounded.scale);
  const fraction = padded
    .slice(padded.length - rounded.scale)
    .replace(/0+$/, "")
    .padEnd(least, "0");
  const sign = rounded.negative && rounded.digits !== 0n ? "-" : "";
  return `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

function divideRounded(value: bigint, by: bigint): bigint {
  return (value * 2n + by) / (by * 2n);
}

/** Number of places after the point. */
export function placesOf(text: string): number {
  const point = text.indexOf(".");
  return point === -1 ? 0 : text.length - point - 1;
}

/** Puts a comma between thousands; digits are kept. */
function groupThousands(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Money in US dollars: at least 2 and at most 6 places, and what is smaller than that is never shown as zero. */
export function formatMoney(text: string, least = 2): string {
  const rounded = roundDecimal(text, least, 6);
  const vanished = /^-?[0.]*$/.test(rounded) && !/^-?[0.]*(?:[eE].*)?$/.test(text);
  return vanished ? `${text.startsWith("-") ? ">-" : "<"}0.000001` : groupThousands(rounded);
}

/** A ratio of 0..1 in percent, one place. */
export function formatRatio(text: string): string {
  const parts = partsOf(text);
  if (parts === undefined) return text;
  const percent = roundDecimal(`${parts.negative ? "-" : ""}${parts.digits}e${2 - parts.scale}`, 1, 1);
  return `${percent} %`;
}

/** Any other number: thousands grouped, at most 6 places. */
export function formatNumber(text: string): string {
  return groupThousands(roundDecimal(text, 0, 6));
}
