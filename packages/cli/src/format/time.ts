const formats = new Map<string, Intl.DateTimeFormat>();

/** An ISO 8601 instant as `2026-11-21 09:30:05` in a time zone; anything else is given back as it is. */
export function formatTime(text: string, timeZone: string): string {
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) return text;
  return formatOf(timeZone).format(instant).replace(",", "");
}

/** Whether the runtime knows an IANA time zone name. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  formats.set(timeZone, made);
  return made;
}
