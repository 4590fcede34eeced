/**
 * Proves from the syntax tree that no function of a foreign statement makes a value of arbitrary size. DuckDB neither
 * counts such values against its memory limit nor interrupts their making, so a size that depends on the data, or that
 * cannot be followed here, is refused. Table functions such as `from range(...)` stream and are free.
 */
import { PhasewiseError } from "../../errors.ts";
import type { QueryOptions } from "../store.ts";

/** Items or characters that one value may have: a vector holds 2048 of them. */
const MAX_SIZE = 10_000;
/** What cannot multiply is not counted up to this size, so that a statement may pad many columns. */
const FREE_SIZE = 100;

const DAY_MS = 86_400_000;
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["millisecond", 1],
  ["second", 1000],
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", DAY_MS],
  ["week", 7 * DAY_MS],
  ["month", 31 * DAY_MS],
  ["quarter", 92 * DAY_MS],
  ["year", 366 * DAY_MS],
]);

/** Clocks that are written without parentheses, which the tree shows as columns. */
const CLOCK_COLUMNS: ReadonlySet<string> = new Set(["current_date", "current_timestamp", "localtimestamp"]);
const CLOCK_FUNCTIONS: ReadonlySet<string> = new Set([
  "current_date",
  "current_localtimestamp",
  "current_timestamp",
  "get_current_timestamp",
  "now",
  "now_utc",
  "today",
  "transaction_timestamp",
]);
const ROUNDING: ReadonlySet<string> = new Set(["ceil", "ceiling", "floor", "round", "trunc"]);

type Node = Readonly<Record<string, unknown>>;

/** What an expression may be: a number, an instant in ms since 1970, or a span of time in ms. */
interface Interval {
  readonly kind: "number" | "time" | "span";
  readonly low: number;
  readonly high: number;
}

/** What is known when a statement is checked. */
interface Facts {
  readonly parameters: NonNullable<QueryOptions["parameters"]>;
  /** Whether the statement gives something of its own the name of a clock. */
  readonly clocksAreColumns: boolean;
}

/** The size of a call's value, and whether it multiplies with the size of what it is made from. */
interface Size {
  readonly items: number;
  readonly multiplies: boolean;
}

type SizeOf = (children: readonly Node[], facts: Facts) => Size;

const padding = (index: number): SizeOf => countedBy(index, false);
const multiplying = (index: number): SizeOf => countedBy(index, true);

/** Functions whose arguments say how large their value is. */
const SIZED: Readonly<Record<string, SizeOf>> = {
  array_resize: multiplying(1),
  bar: padding(3),
  bitstring: padding(1),
  equi_width_bins: multiplying(2),
  format: (children) => templateSize(children[0], /\{[^{}]*\{/),
  generate_series: seriesSize,
  list_resize: multiplying(1),
  lpad: padding(1),
  printf: (children) => templateSize(children[0], /%[^%a-zA-Z]*\*/),
  range: seriesSize,
  repeat: repeatSize,
  rpad: padding(1),
};

/** Refuses a statement that calls a function whose size is not proven to be small. */
export function refuseLargeValues(tree: unknown, parameters: NonNullable<QueryOptions["parameters"]>): void {
  const calls: Node[] = [];
  const streamed = new Set<unknown>();
  let clocksAreColumns = false;
  const pending: unknown[] = [tree];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== "object" || node === null) continue;
    for (const [key, child] of Object.entries(node)) {
      pending.push(child);
      clocksAreColumns ||= /alias/.test(key) && [child].flat().some((name) => CLOCK_COLUMNS.has(nameOf(name)));
    }
    if (!isNode(node)) continue;
    if (node["type"] === "TABLE_FUNCTION") streamed.add(node["function"]);
    if (Object.hasOwn(SIZED, nameOf(node["function_name"]))) calls.push(node);
  }
  let together = 1;
  for (const call of calls) {
    if (streamed.has(call)) continue;
    const name = nameOf(call["function_name"]);
    const size = SIZED[name]?.(childrenOf(call), { parameters, clocksAreColumns }) ?? UNKNOWN_SIZE;
    if (!(size.items <= MAX_SIZE)) throw tooLarge(`"${name}"`);
    if (size.multiplies || size.items > FREE_SIZE) together *= Math.max(1, size.items);
    if (together > MAX_SIZE) throw tooLarge(`"${name}", together with the other functions of its kind here,`);
  }
}

const UNKNOWN_SIZE: Size = { items: Number.POSITIVE_INFINITY, multiplies: true };

function tooLarge(what: string): PhasewiseError {
  return new PhasewiseError(
    "SQL_NOT_ALLOWED",
    `${what} may not make more than ${MAX_SIZE} items or characters at once, and its size must be a constant or ` +
      "bounded by one, such as least(n, 100). To make many rows, write from range(...).",
  );
}

function countedBy(index: number, multiplies: boolean): SizeOf {
  return (children, facts) => {
    const count = boundsOf(children[index], facts);
    return count?.kind === "number" ? { items: count.high, multiplies } : UNKNOWN_SIZE;
  };
}

function repeatSize(children: readonly Node[], facts: Facts): Size {
  const { items } = countedBy(1, true)(children, facts);
  const text = constantText(children[0]);
  // A literal that is repeated cannot itself be large; anything else may be a repeated one.
  return text === undefined ? { items, multiplies: true } : { items: items * text.length, multiplies: false };
}

function seriesSize(children: readonly Node[], facts: Facts): Size {
  const bounds = children.map((child) => boundsOf(child, facts));
  const [first, second, step] = bounds;
  if (bounds.some((one) => one === undefined) || first === undefined) return UNKNOWN_SIZE;
  if (second === undefined) {
    return first.kind === "number" ? { items: first.high + 1, multiplies: true } : UNKNOWN_SIZE;
  }
  if (first.kind !== second.kind || first.kind === "span") return UNKNOWN_SIZE;
  const stride = step ?? { kind: "number", low: 1, high: 1 };
  if (stride.kind !== (first.kind === "time" ? "span" : "number")) return UNKNOWN_SIZE;
  const smallest = stride.low > 0 ? stride.low : stride.high < 0 ? -stride.high : 0;
  const length = stride.low > 0 ? second.high - first.low : first.high - second.low;
  return smallest === 0 ? UNKNOWN_SIZE : { items: Math.max(0, length / smallest) + 1, multiplies: true };
}

/** Widths and precisions of a template; one that comes from an argument, as `dynamic` finds it, has no bound. */
function templateSize(template: Node | undefined, dynamic: RegExp): Size {
  const text = constantText(template);
  if (text === undefined || dynamic.test(text.replaceAll("{{", ""))) return UNKNOWN_SIZE;
  const widths = text.match(/\d+/g)?.map(Number) ?? [];
  return { items: widths.reduce((sum, width) => sum + width, 0), multiplies: false };
}

/** What an expression can be at least and at most; undefined when that is not known. */
function boundsOf(node: Node | undefined, facts: Facts): Interval | undefined {
  if (node === undefined) return undefined;
  switch (node["class"]) {
    case "CONSTANT":
      return boundsOfConstant(node["value"]);
    case "CAST":
      return boundsOfCast(node, facts);
    case "PARAMETER":
      return boundsOfValue(facts.parameters[String(node["identifier"])]);
    case "COLUMN_REF": {
      const names = Array.isArray(node["column_names"]) ? node["column_names"] : [];
      return names.length === 1 && CLOCK_COLUMNS.has(nameOf(names[0])) && !facts.clocksAreColumns
        ? thisMoment()
        : undefined;
    }
    case "FUNCTION":
      return boundsOfCall(node, facts);
    default:
      return undefined;
  }
}

function boundsOfConstant(value: unknown): Interval | undefined {
  if (!isNode(value)) return undefined;
  if (value["is_null"] === true) return undefined;
  const type = isNode(value["type"]) ? value["type"] : {};
  const info = isNode(type["type_info"]) ? type["type_info"] : {};
  const constant = value["value"];
  if (type["id"] !== "DECIMAL") return boundsOfValue(constant);
  // A decimal is written as the integer that it is before its point is set.
  const scale = info["scale"];
  if (typeof constant !== "number" || typeof scale !== "number") return undefined;
  return exactly("number", constant / 10 ** scale);
}

function boundsOfValue(value: unknown): Interval | undefined {
  if (value instanceof Date) return exactly("time", value.getTime());
  if (typeof value === "number") return exactly("number", value);
  if (typeof value !== "string" || value.trim() === "") return undefined;
  if (Number.isFinite(Number(value))) return exactly("number", Number(value));
  return instantOf(value) ?? spanOf(value);
}

/** DuckDB reads more than this (years before Christ, five digits, infinity); all of that stays unknown. */
function instantOf(text: string): Interval | undefined {
  const match =
    /^\s*(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?\s*$/.exec(text);
  if (match === null) return undefined;
  const [, day, time = "00:00"] = match;
  // An offset moves an instant by less than a day.
  const isLocal = !/(?:[+-]\d{2}(?::?\d{2})?)\s*$/.test(text.slice(10));
  const instant = exactly("time", Date.parse(`${day}T${time}Z`));
  return instant === undefined || isLocal ? instant : widened(instant, DAY_MS, DAY_MS);
}

function boundsOfCast(node: Node, facts: Facts): Interval | undefined {
  const inner = boundsOf(isNode(node["child"]) ? node["child"] : undefined, facts);
  const type = isNode(node["cast_type"]) ? nameOf(node["cast_type"]["id"]) : "";
  // A cast that may fail to NULL says nothing: least() passes over NULL.
  if (inner === undefined || node["try_cast"] === true) return undefined;
  if (type.startsWith("timestamp")) return inner.kind === "time" ? inner : undefined;
  if (type === "date") return inner.kind === "time" ? widened(inner, DAY_MS, 0) : undefined;
  if (type === "interval") return inner.kind === "span" ? inner : undefined;
  if (!/^u?(tiny|small|big|huge)?int(eger)?$|^decimal$|^double$|^float$/.test(type)) return undefined;
  return inner.kind === "number" ? rounded(inner) : undefined;
}

/** Rounding moves a number by less than one, and makes a step below one none. */
function rounded(number: Interval): Interval {
  return Number.isInteger(number.low) && Number.isInteger(number.high) ? number : widened(number, 1, 1);
}

function boundsOfCall(node: Node, facts: Facts): Interval | undefined {
  const name = nameOf(node["function_name"]);
  if (CLOCK_FUNCTIONS.has(name)) return thisMoment();
  const children = childrenOf(node);
  const given = children.map((child) => boundsOf(child, facts));
  if (name === "least" || name === "greatest") return boundsOfChoice(name, given);
  const unit = unitOf(name.replace(/^to_/, ""));
  if (name.startsWith("to_") && unit !== undefined) {
    const [count] = given;
    return count?.kind === "number" ? ordered("span", count.low * unit, count.high * unit) : undefined;
  }
  if (name === "date_trunc") {
    const truncatedTo = unitOf(constantText(children[0]) ?? "");
    return truncatedTo === undefined || given[1]?.kind !== "time" ? undefined : widened(given[1], truncatedTo, 0);
  }
  const [one, other] = given;
  if (one === undefined || (given.length === 2 && other === undefined)) return undefined;
  if (ROUNDING.has(name)) return one.kind === "number" ? rounded(one) : undefined;
  if (given.length === 1 && name === "-") return ordered(one.kind, -one.high, -one.low);
  return other === undefined ? undefined : boundsOfOperator(name, one, other);
}

function boundsOfOperator(name: string, one: Interval, other: Interval): Interval | undefined {
  if (name === "+" || name === "-") {
    if (one.kind !== other.kind && !(one.kind === "time" && other.kind === "span")) return undefined;
    if (one.kind === "time" && other.kind === "time") return undefined;
    return name === "+"
      ? ordered(one.kind, one.low + other.low, one.high + other.high)
      : ordered(one.kind, one.low - other.high, one.high - other.low);
  }
  if (name !== "*" || one.kind !== "number" || other.kind !== "number") return undefined;
  const corners = [one.low * other.low, one.low * other.high, one.high * other.low, one.high * other.high];
  return ordered("number", Math.min(...corners), Math.max(...corners));
}

/** `least` is bounded above by any argument that is, whatever the others are; `greatest` below. */
function boundsOfChoice(name: string, given: readonly (Interval | undefined)[]): Interval | undefined {
  const known = given.filter((one) => one !== undefined);
  const kind = known[0]?.kind;
  if (kind === undefined || known.some((one) => one.kind !== kind)) return undefined;
  const all = known.length === given.length;
  const lows = known.map((one) => one.low);
  const highs = known.map((one) => one.high);
  return name === "least"
    ? { kind, low: all ? Math.min(...lows) : Number.NEGATIVE_INFINITY, high: Math.min(...highs) }
    : { kind, low: Math.max(...lows), high: all ? Math.max(...highs) : Number.POSITIVE_INFINITY };
}

function spanOf(text: string): Interval | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*$/i.exec(text);
  const unit = unitOf(match?.[2] ?? "");
  return match === null || unit === undefined ? undefined : exactly("span", Number(match[1]) * unit);
}

function unitOf(name: string): number | undefined {
  return UNIT_MS.get(name.toLowerCase().replace(/s$/, ""));
}

/** The clock of the statement, which may have gone on by then, or its day. */
function thisMoment(): Interval {
  const now = Date.now();
  return { kind: "time", low: now - DAY_MS, high: now + 60_000 };
}

function exactly(kind: Interval["kind"], value: number): Interval | undefined {
  return ordered(kind, value, value);
}

function ordered(kind: Interval["kind"], low: number, high: number): Interval | undefined {
  return Number.isNaN(low) || Number.isNaN(high) ? undefined : { kind, low, high };
}

function widened({ kind, low, high }: Interval, below: number, above: number): Interval {
  return { kind, low: low - below, high: high + above };
}

function constantText(node: Node | undefined): string | undefined {
  const value = node?.["class"] === "CONSTANT" ? node["value"] : undefined;
  return isNode(value) && typeof value["value"] === "string" ? value["value"] : undefined;
}

function childrenOf(node: Node): readonly Node[] {
  return Array.isArray(node["children"]) ? node["children"].filter(isNode) : [];
}

function nameOf(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
