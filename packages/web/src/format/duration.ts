const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its two largest units: `820 ms`, `1.2 s`, `3 min 4 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 0) return "0 ms";
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000) * 1000;
  if (seconds < HOUR) return pair(seconds, MINUTE, "min", 1000, "s");
  const minutes = Math.round(milliseconds / MINUTE) * MINUTE;
  if (minutes < DAY) return pair(minutes, HOUR, "h", MINUTE, "min");
  return pair(Math.round(milliseconds / HOUR) * HOUR, DAY, "d", HOUR, "h");
}

/** A running clock: `0:07`, `12:40`, `1:02:09`. */
export function formatClock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}

function pair(value: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.round((value % large) / small);
  return `${Math.floor(value / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}
