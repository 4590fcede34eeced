import type { Column } from "@phasewise/api";
import { formatDuration } from "./duration.ts";
import { formatAmount, formatCount, formatPlain, formatRatio } from "./number.ts";
import { formatMoment, parseMoment } from "./time.ts";

/** Shown where a value is absent. */
export const ABSENT = "–";

/** A column's name as words, its unit left out. */
export function columnLabel(column: Column): string {
  const stem = column.name.replace(/_(?:ms|usd|tokens|at|unix_nano)$/, "");
  const words = (stem === "" ? column.name : stem).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The unit that stands under the column's name; empty where the values carry it, or there is none. */
export function columnUnit(column: Column): string {
  if (column.unit === "USD" || column.unit === "tokens" || column.unit === "bytes") return column.unit;
  return "";
}

/** Whether values of the column stand on the right. */
export function isNumeric(column: Column): boolean {
  return (column.unit !== null && column.unit !== "UTC") || /INT|DECIMAL|DOUBLE|FLOAT/.test(column.type);
}

/** What the values of one column have in common. */
export interface Shown {
  readonly timeZone: string;
  /** Places after the point of an amount; as many as the value needs when it is not given. */
  readonly places: number | undefined;
}

/** A value as people read it. */
export function formatValue(column: Column, value: unknown, shown: Shown): string {
  if (value === null || value === undefined || value === "") return ABSENT;
  if (typeof value === "number") return formatNumeric(column, value, shown);
  if (typeof value !== "string") return JSON.stringify(value);
  const instant = column.unit === "UTC" ? parseMoment(value) : null;
  return instant === null ? value : formatMoment(instant, shown.timeZone);
}

function formatNumeric(column: Column, value: number, shown: Shown): string {
  switch (column.unit) {
    case "USD":
      return formatAmount(value, shown.places);
    case "ms":
      return formatDuration(value);
    case "ratio":
      return formatRatio(value);
    case "tokens":
    case "count":
    case "bytes":
      return formatCount(value);
    default:
      return formatPlain(value);
  }
}
