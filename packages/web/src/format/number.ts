const formats = new Map<string, Intl.NumberFormat>();

/** A count or an amount of tokens, grouped in the viewer's way. */
export function formatCount(value: number): string {
  return formatOf("count", { maximumFractionDigits: 0 }).format(value);
}

/** A large count in at most four characters and a letter: `1.24M`. */
export function formatCompact(value: number): string {
  if (Math.abs(value) < 10_000) return formatCount(value);
  return formatOf("compact", { notation: "compact", maximumSignificantDigits: 3 }).format(value);
}

/** US dollars with their sign: cents from one dollar on, more places below, and never a zero that is not one. */
export function formatMoney(value: number): string {
  return value === 0 ? "$0.00" : `$${formatAmount(value)}`;
}

/** US dollars without the sign, for columns that name the unit; `places` as `amountPlaces` gives them. */
export function formatAmount(value: number, places: number = amountPlaces([value])): string {
  if (value === 0) return "0";
  if (Math.abs(value) < 0.000001) return "<0.000001";
  return formatOf(`places${places}`, { minimumFractionDigits: places, maximumFractionDigits: places }).format(value);
}

/** Places after the point that show the smallest of some amounts truly: 2 for dollars, 4 for cents, else 6. */
export function amountPlaces(values: readonly (number | null)[]): number {
  const sizes = values.filter((value): value is number => value !== null && value !== 0).map(Math.abs);
  const smallest = Math.min(...sizes);
  if (smallest >= 1) return 2;
  return smallest >= 0.01 ? 4 : 6;
}

/** A ratio of 0..1 in percent, with one place below ten. */
export function formatRatio(value: number): string {
  if (value > 0 && value < 0.0005) return "<0.1%";
  const places = Math.abs(value) < 0.1 && value !== 0 ? 1 : 0;
  return formatOf(`percent${places}`, { style: "percent", maximumFractionDigits: places }).format(value);
}

/** Any other number. */
export function formatPlain(value: number): string {
  return formatOf("plain", { maximumFractionDigits: 6 }).format(value);
}

function formatOf(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(undefined, options);
  formats.set(key, made);
  return made;
}
