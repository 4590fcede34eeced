/** A moment as day and time in a zone; the day is left out when it is today there. */
export function formatMoment(instant: number, timeZone: string, now: number = Date.now()): string {
  const time = new Intl.DateTimeFormat(undefined, { timeZone, hour: "numeric", minute: "2-digit" });
  if (dayOf(instant, timeZone) === dayOf(now, timeZone)) return time.format(instant);
  return new Intl.DateTimeFormat(undefined, {
    timeZone,
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  }).format(instant);
}

/** An ISO 8601 text as Unix milliseconds, or null. */
export function parseMoment(text: string | null): number | null {
  const instant = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(instant) ? null : instant;
}

function dayOf(instant: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(instant);
}
