/** Arithmetic as on paper, digit by digit on decimal text: the other way to compute what `exact-money.ts` does with bigint. */

type Digits = readonly number[];

/** The sum of two numbers. */
export function add(left: string, right: string): string {
  const places = Math.max(placesOf(left), placesOf(right));
  const [one, other] = [digitsOf(left, places), digitsOf(right, places)];
  const sum: number[] = [];
  let carry = 0;
  for (let at = 0; at < Math.max(one.length, other.length) || carry > 0; at++) {
    const digit = (one[at] ?? 0) + (other[at] ?? 0) + carry;
    sum.push(digit % 10);
    carry = digit >= 10 ? 1 : 0;
  }
  return textOf(sum, places);
}

/** The product of two numbers. */
export function multiply(left: string, right: string): string {
  const [one, other] = [digitsOf(left, placesOf(left)), digitsOf(right, placesOf(right))];
  const product: number[] = Array.from({ length: one.length + other.length }, () => 0);
  for (const [at, digit] of one.entries()) {
    let carry = 0;
    for (let to = 0; to < other.length || carry > 0; to++) {
      const cell = (product[at + to] ?? 0) + digit * (other[to] ?? 0) + carry;
      product[at + to] = cell % 10;
      carry = Math.floor(cell / 10);
    }
  }
  return textOf(product, placesOf(left) + placesOf(right));
}

/** The number moved by places to the right of the point: a division by a power of ten. */
export function shift(number: string, places: number): string {
  const own = placesOf(number);
  return textOf(digitsOf(number, own), own + places);
}

/** The number with so many places after the point, a half rounded up. */
export function roundTo(number: string, places: number): string {
  const own = placesOf(number);
  if (own <= places) return textOf(digitsOf(number, places), places);
  const digits = digitsOf(number, own);
  const kept = textOf(digits.slice(own - places), places);
  const unit = places === 0 ? "1" : `0.${"1".padStart(places, "0")}`;
  return (digits[own - places - 1] ?? 0) >= 5 ? add(kept, unit) : kept;
}

/** One number from another that is not below it: 100 less a percentage. */
export function hundredLess(percent: string): string {
  const places = placesOf(percent);
  const digits = digitsOf(percent, places);
  const rest: number[] = [];
  let borrow = 0;
  for (const [at, hundred] of digitsOf("100", places).entries()) {
    const digit = hundred - (digits[at] ?? 0) - borrow;
    borrow = digit < 0 ? 1 : 0;
    rest.push(digit + borrow * 10);
  }
  return textOf(rest, places);
}

function placesOf(number: string): number {
  const point = number.indexOf(".");
  return point < 0 ? 0 : number.length - point - 1;
}

/** Digits, the last first, with so many after the point. */
function digitsOf(number: string, places: number): Digits {
  const text = number.replace(".", "") + "0".repeat(places - placesOf(number));
  return text.split("").toReversed().map(Number);
}

function textOf(digits: Digits, places: number): string {
  const text = digits
    .toReversed()
    .join("")
    .padStart(places + 1, "0");
  const whole = text.slice(0, text.length - places).replace(/^0+(?=\d)/, "");
  return places === 0 ? whole : `${whole}.${text.slice(text.length - places)}`;
}
