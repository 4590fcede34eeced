/** A report's parameters: raw text in, checked values with defaults out. */
import type { ReportParameter } from "@phasewise/api";
import { PhasewiseError } from "../errors.ts";
import { isTimeZone, parseSpan, parseTime, TIME_FORMS } from "./times.ts";

/** Parameters as they came, by name. Absent and empty both mean "not given". */
export type RawParameters = Readonly<Record<string, string | undefined>>;

/** Parameters after defaults: times as ISO 8601 UTC text, null for "no filter". */
export type ReportParameters = Readonly<Record<string, string | number | null>>;

/** Checks and completes parameters. Throws `PARAMETER_INVALID` that says what was expected. */
export function readParameters(declared: readonly ReportParameter[], raw: RawParameters, now: Date): ReportParameters {
  const known = new Set(declared.map((parameter) => parameter.name));
  for (const name of Object.keys(raw)) {
    if (!known.has(name)) {
      throw new PhasewiseError(
        "PARAMETER_INVALID",
        `There is no parameter "${name.slice(0, 100)}"; expected any of ${[...known].join(", ")}.`,
      );
    }
  }
  const text = (parameter: ReportParameter): string | null =>
    raw[parameter.name] === undefined || raw[parameter.name] === "" ? parameter.default : (raw[parameter.name] ?? null);
  const timeZone = readTimeZone(declared, text);
  const values: Record<string, string | number | null> = {};
  for (const parameter of declared) {
    if (parameter.type !== "timestamp") values[parameter.name] = plainValue(parameter, text(parameter));
  }
  readWindow(declared, text, { timeZone, now, values });
  return values;
}

function readTimeZone(
  declared: readonly ReportParameter[],
  text: (parameter: ReportParameter) => string | null,
): string {
  const parameter = declared.find((candidate) => candidate.name === "tz");
  const timeZone = (parameter === undefined ? null : text(parameter)) ?? "UTC";
  if (isTimeZone(timeZone)) return timeZone;
  throw new PhasewiseError(
    "PARAMETER_INVALID",
    `tz: expected an IANA time zone such as Europe/Berlin or UTC, got "${timeZone.slice(0, 100)}".`,
  );
}

function plainValue(parameter: ReportParameter, text: string | null): string | number | null {
  if (text === null || parameter.type === "text") return text;
  const value = Number(text);
  const isGood = parameter.type === "integer" ? /^\d{1,9}$/.test(text) : text.trim() !== "" && Number.isFinite(value);
  if (isGood) return value;
  const expected = parameter.type === "integer" ? "a whole number from 0 to 999999999" : "a number";
  throw new PhasewiseError(
    "PARAMETER_INVALID",
    `${parameter.name}: expected ${expected}, got "${text.slice(0, 100)}".`,
  );
}

interface Window {
  readonly timeZone: string;
  readonly now: Date;
  readonly values: Record<string, string | number | null>;
}

/** A span counts back from `until`, where the report has one, else from now. */
function readWindow(
  declared: readonly ReportParameter[],
  text: (parameter: ReportParameter) => string | null,
  { timeZone, now, values }: Window,
): void {
  const times = declared.filter((parameter) => parameter.type === "timestamp");
  let until = now;
  for (const parameter of times.toSorted((one) => (one.name === "until" ? -1 : 1))) {
    const written = text(parameter);
    const instant = written === null ? null : toInstant(written, parameter.name === "until" ? now : until, timeZone);
    if (instant === undefined || (instant !== null && Number.isNaN(instant.getTime()))) {
      throw new PhasewiseError(
        "PARAMETER_INVALID",
        `${parameter.name}: expected ${TIME_FORMS}, got "${(written ?? "").slice(0, 100)}".`,
      );
    }
    if (parameter.name === "until" && instant !== null) until = instant;
    values[parameter.name] = instant === null ? null : instant.toISOString();
  }
  const since = values["since"];
  if (typeof since === "string" && typeof values["until"] === "string" && Date.parse(since) >= until.getTime()) {
    throw new PhasewiseError(
      "PARAMETER_INVALID",
      `since: expected a time before until (${values["until"]}), got ${since}.`,
    );
  }
}

function toInstant(written: string, from: Date, timeZone: string): Date | undefined {
  if (written === "now") return from;
  const span = parseSpan(written);
  return span === undefined ? parseTime(written, timeZone) : new Date(from.getTime() - span);
}
