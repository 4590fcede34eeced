const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time as people say it, the two largest units: `0.4 ms`, `820 ms`, `1.2 s`, `3 min 4 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "";
  if (milliseconds < 0) return `-${formatDuration(-milliseconds)}`;
  if (milliseconds < 1 && milliseconds > 0) return `${Number(milliseconds.toPrecision(1))} ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / SECOND).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / SECOND) * SECOND;
  if (seconds < HOUR) return twoUnits(seconds, MINUTE, "min", SECOND, "s");
  const minutes = Math.round(milliseconds / MINUTE) * MINUTE;
  if (minutes < DAY) return twoUnits(minutes, HOUR, "h", MINUTE, "min");
  return twoUnits(Math.round(milliseconds / HOUR) * HOUR, DAY, "d", HOUR, "h");
}

function twoUnits(value: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.round((value % large) / small);
  return `${Math.floor(value / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}
