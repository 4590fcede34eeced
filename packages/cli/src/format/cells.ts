import type { Column } from "@phasewise/api";
import { ExactNumber, exactText } from "../exact-json.ts";
import { formatDuration } from "./duration.ts";
import { formatMoney, formatNumber, formatRatio, placesOf, roundDecimal } from "./number.ts";
import { formatTime } from "./time.ts";

/** One column ready to be read: heading, cells, side. */
export interface FormattedColumn {
  readonly name: string;
  readonly heading: string;
  readonly align: "left" | "right";
  readonly cells: readonly string[];
}

type Kind = "money" | "duration" | "ratio" | "time" | "other";

/** Suffixes that the column names end in, and what they say of the values (see the data model). */
const SUFFIXES: readonly (readonly [suffix: string, kind: Kind, heading: string])[] = [
  ["_usd", "money", " USD"],
  ["_ms", "duration", ""],
  ["_ratio", "ratio", " ratio"],
  ["_at", "time", ""],
];

/** Formats a whole column at once, so that the points of its amounts stand below each other. */
export function formatColumn(
  column: Column,
  rows: readonly Readonly<Record<string, unknown>>[],
  timeZone: string,
): FormattedColumn {
  const suffix = SUFFIXES.find(([end]) => column.name.endsWith(end));
  const kind = suffix?.[1] ?? (column.unit === "ratio" ? "ratio" : "other");
  const values = rows.map((row) => row[column.name]);
  const places = kind === "money" ? moneyPlaces(values) : 0;
  return {
    name: column.name,
    heading: headingOf(column, suffix, timeZone),
    align:
      kind !== "time" && (values.some((value) => value instanceof ExactNumber) || isNumeric(column)) ? "right" : "left",
    cells: values.map((value) => formatCell(value, kind, places, timeZone)),
  };
}

/** Takes control characters out, so that stored text cannot steer the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\r?\n|\t/g, " ").replaceAll(/\p{Cc}/gu, "\u{FFFD}");
}

function headingOf(column: Column, suffix: (typeof SUFFIXES)[number] | undefined, timeZone: string): string {
  const stem = suffix === undefined ? column.name : column.name.slice(0, -suffix[0].length);
  const words = printable(stem).replaceAll("_", " ");
  if (suffix?.[1] === "time") return `${words} (${timeZone})`;
  if (suffix !== undefined) return `${words}${suffix[2]}`;
  const unit = column.unit;
  const said = unit === null || unit === "count" || unit === "ratio" || words.endsWith(unit);
  return said ? words : `${words} (${unit})`;
}

function formatCell(value: unknown, kind: Kind, places: number, timeZone: string): string {
  if (value === null || value === undefined) return "-";
  if (kind === "time" && typeof value === "string") return formatTime(value, timeZone);
  if (!(value instanceof ExactNumber)) return printable(exactText(value));
  switch (kind) {
    case "money":
      return /^-?[0.]+$/.test(value.text) ? "0" : formatMoney(value.text, places);
    case "duration":
      return formatDuration(Number(value.text));
    case "ratio":
      return formatRatio(value.text);
    default:
      return formatNumber(value.text);
  }
}

function moneyPlaces(values: readonly unknown[]): number {
  const places = values.map((value) => (value instanceof ExactNumber ? placesOf(roundDecimal(value.text, 2, 6)) : 2));
  return Math.max(2, ...places);
}

function isNumeric(column: Column): boolean {
  return /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL|DOUBLE|FLOAT|REAL|NUMERIC)\b/i.test(column.type);
}
