import { expect, test } from "vitest";
import { exactText, parseExact } from "../exact-json.ts";
import { formatDuration } from "./duration.ts";
import { formatMoney, formatNumber, formatRatio, roundDecimal } from "./number.ts";
import { formatTime, isTimeZone } from "./time.ts";

test("durations are said in the two largest units, without 60 s or 1000 ms", () => {
  const cases: [number, string][] = [
    [0, "0 ms"],
    [0.42, "0.4 ms"],
    [820, "820 ms"],
    [999.6, "1.0 s"],
    [1234, "1.2 s"],
    [59_949, "59.9 s"],
    [59_950, "1 min"],
    [184_000, "3 min 4 s"],
    [3_599_700, "1 h"],
    [7_500_000, "2 h 5 min"],
    [86_399_000, "1 d"],
    [100 * 3_600_000, "4 d 4 h"],
    [-1500, "-1.5 s"],
  ];
  for (const [milliseconds, text] of cases) expect(formatDuration(milliseconds)).toBe(text);
});

test("money keeps up to six places, rounds half away from zero, and never vanishes", () => {
  const cases: [string, string][] = [
    ["0", "0.00"],
    ["0.000000000000", "0.00"],
    ["1.5", "1.50"],
    ["0.0069150", "0.006915"],
    ["0.0000005", "0.000001"],
    ["0.0000004", "<0.000001"],
    ["-0.0000004", ">-0.000001"],
    ["1.5e-9", "<0.000001"],
    ["1234567.89", "1,234,567.89"],
    ["0.9999999", "1.00"],
  ];
  for (const [value, text] of cases) expect(formatMoney(value)).toBe(text);
});

test("numbers keep more digits than a double holds", () => {
  expect(formatNumber("12345678901234567890")).toBe("12,345,678,901,234,567,890");
  expect(formatNumber("1e3")).toBe("1,000");
  expect(formatRatio("0.12345")).toBe("12.3 %");
  expect(formatRatio("1")).toBe("100.0 %");
  expect(roundDecimal("-0.05", 0, 1)).toBe("-0.1");
  expect(exactText(parseExact('{"a":[1.10,{"b":0.1234567890123456789}],"c":"1"}'))).toBe(
    '{"a":[1.10,{"b":0.1234567890123456789}],"c":"1"}',
  );
});

test("times are shown in the zone, days included", () => {
  expect(formatTime("2026-11-20T23:30:00.000Z", "Europe/Berlin")).toBe("2026-11-21 00:30:00");
  expect(formatTime("soon", "UTC")).toBe("soon");
  expect([isTimeZone("Europe/Berlin"), isTimeZone("Mars/Base")]).toEqual([true, false]);
});
