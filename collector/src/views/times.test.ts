import { describe, expect, test } from "vitest";
import { isTimeZone, parseSpan, parseTime } from "./times.ts";

describe("parseTime", () => {
  test.each([
    ["2026-11-20", "UTC", "2026-11-20T00:00:00.000Z"],
    ["2026-11-20", "Europe/Berlin", "2026-11-19T23:00:00.000Z"],
    ["2026-07-01T08:30", "Europe/Berlin", "2026-07-01T06:30:00.000Z"],
    ["2026-07-01 08:30:15.25", "America/New_York", "2026-07-01T12:30:15.250Z"],
    ["2026-11-20T08:00:00Z", "Europe/Berlin", "2026-11-20T08:00:00.000Z"],
    ["2026-11-20T08:00:00.123456789+05:30", "UTC", "2026-11-20T02:30:00.123Z"],
    ["2026-11-20T08:00:00-0330", "UTC", "2026-11-20T11:30:00.000Z"],
  ])("%s in %s is %s", (text, timeZone, expected) => {
    expect(parseTime(text, timeZone)?.toISOString()).toBe(expected);
  });

  test("midnight on the days when clocks change is the midnight of that day", () => {
    expect(parseTime("2026-03-29", "Europe/Berlin")?.toISOString()).toBe("2026-03-28T23:00:00.000Z");
    expect(parseTime("2026-03-30", "Europe/Berlin")?.toISOString()).toBe("2026-03-29T22:00:00.000Z");
    expect(parseTime("2026-10-26", "Europe/Berlin")?.toISOString()).toBe("2026-10-25T23:00:00.000Z");
  });

  test.each([
    ["2026-03-08", "America/Havana", "2026-03-08T05:00:00.000Z"],
    ["2026-03-08T00:30", "America/Havana", "2026-03-08T05:00:00.000Z"],
    ["2026-03-08T01:00", "America/Havana", "2026-03-08T05:00:00.000Z"],
    ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00:00.000Z"],
    ["2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00.000Z"],
  ])("%s, which clocks of %s skip, is the first instant after the gap", (text, timeZone, expected) => {
    expect(parseTime(text, timeZone)?.toISOString()).toBe(expected);
  });

  test.each([
    ["2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"],
    ["2026-11-01T00:00", "America/Havana", "2026-11-01T04:00:00.000Z"],
    ["2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00.000Z"],
  ])("%s, which clocks of %s show twice, is the first of the two", (text, timeZone, expected) => {
    expect(parseTime(text, timeZone)?.toISOString()).toBe(expected);
  });

  test.each(["", "yesterday", "2026-02-30", "2026-13-01", "2026-11-20T25:00", "2026-11-20T08:00+99:00", "20261120"])(
    "%j is no time",
    (text) => {
      expect(parseTime(text, "UTC")).toBeUndefined();
    },
  );
});

test.each([
  ["90s", 90_000],
  ["90m", 5_400_000],
  ["24h", 86_400_000],
  ["7d", 604_800_000],
  ["2w", 1_209_600_000],
  ["-1h", undefined],
  ["1y", undefined],
  ["h", undefined],
])("the span %s is %s ms", (text, expected) => {
  expect(parseSpan(text)).toBe(expected);
});

test("only names that the runtime knows are time zones", () => {
  expect(["UTC", "Europe/Berlin", "America/New_York"].every(isTimeZone)).toBe(true);
  expect(["", "+02:00", "Europe/Atlantis", "Europe/Berlin; drop table x"].some(isTimeZone)).toBe(false);
});
