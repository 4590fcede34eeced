/** Times as people write them: `24h`, `2026-11-20`, `2026-11-20T08:00`, with an offset or in a time zone. */

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const DAY_MS = 86_400_000;

/** How times are written, for messages. */
export const TIME_FORMS = "a span such as 90m, 24h or 7d, a date (2026-11-20), an ISO 8601 time, or now";

/** Milliseconds of a span of time such as `90m`; undefined when it is none. */
export function parseSpan(text: string): number | undefined {
  const match = /^(\d{1,9})([smhdw])$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0);
}

/** The instant that a date or time means; without an offset it is read in the time zone. Undefined when it is none. */
export function parseTime(text: string, timeZone: string): Date | undefined {
  const match =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset] = match;
  const milliseconds = Number(fraction.padEnd(3, "0").slice(0, 3));
  const fields = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const wall = new Date(Date.UTC(...fields, milliseconds));
  const isReal =
    wall.getUTCFullYear() === fields[0] &&
    wall.getUTCMonth() === fields[1] &&
    wall.getUTCDate() === fields[2] &&
    wall.getUTCHours() === fields[3] &&
    wall.getUTCMinutes() === fields[4] &&
    wall.getUTCSeconds() === fields[5];
  if (!isReal) return undefined;
  if (offset === undefined) return fromWallClock(wall.getTime(), timeZone);
  const minutes = offsetMinutes(offset);
  return minutes === undefined ? undefined : new Date(wall.getTime() - minutes * 60_000);
}

/** Whether the runtime knows a time zone by this name (IANA). An offset such as `+02:00` is no name. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function offsetMinutes(offset: string): number | undefined {
  if (offset.toUpperCase() === "Z") return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(-2));
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

/**
 * The first instant at which clocks of the zone show this time; of a time that they skip, the instant at which they skip it.
 * An offset changes at most once within the two days that are looked at.
 */
function fromWallClock(wall: number, timeZone: string): Date {
  const before = zoneOffsetMs(wall - DAY_MS, timeZone);
  const after = zoneOffsetMs(wall + DAY_MS, timeZone);
  const early = wall - Math.max(before, after);
  const late = wall - Math.min(before, after);
  for (const instant of [early, late]) {
    if (instant + zoneOffsetMs(instant, timeZone) === wall) return new Date(instant);
  }
  return new Date(changeBetween(early, late, timeZone));
}

/** The first instant after `early` at which another offset holds, to the second. */
function changeBetween(early: number, late: number, timeZone: string): number {
  const offset = zoneOffsetMs(early, timeZone);
  let same = Math.floor(early / 1000);
  let other = Math.ceil(late / 1000);
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (zoneOffsetMs(middle * 1000, timeZone) === offset) same = middle;
    else other = middle;
  }
  return other * 1000;
}

function zoneOffsetMs(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    era: "short",
  }).formatToParts(instant);
  const field = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    field("year"),
    field("month") - 1,
    field("day"),
    field("hour"),
    field("minute"),
    field("second"),
  );
  return wall - Math.floor(instant / 1000) * 1000;
}
