import { expect, test } from "vitest";
import { parseView, viewQuery } from "../view-state.ts";
import { columnLabel, formatValue, isNumeric } from "./column.ts";
import { csvOf } from "./csv.ts";
import { formatClock, formatDuration } from "./duration.ts";
import { amountPlaces, formatAmount, formatMoney } from "./number.ts";

test("an amount is never shown as nothing when it is something", () => {
  expect(formatAmount(0.0000000015)).toBe("<0.000001");
  expect(formatMoney(0)).toBe("$0.00");
  expect(formatMoney(0.003)).toBe("$0.003000");
  expect(amountPlaces([12, null, 0, 3])).toBe(2);
  expect(amountPlaces([12, 0.5])).toBe(4);
  expect(amountPlaces([12, 0.004])).toBe(6);
});

test("clocks and durations", () => {
  expect([formatClock(7000), formatClock(760_000), formatClock(3_729_000), formatClock(-5)]).toEqual([
    "0:07",
    "12:40",
    "1:02:09",
    "0:00",
  ]);
  expect([formatDuration(999.6), formatDuration(59_950), formatDuration(184_000)]).toEqual([
    "1.0 s",
    "1 min",
    "3 min 4 s",
  ]);
});

test("a column tells its name, side and values; what is absent is a dash and not a zero", () => {
  const column = { name: "p95_ms", type: "DOUBLE", unit: "ms", comment: null };
  const shown = { timeZone: "UTC", places: undefined };
  expect([columnLabel(column), isNumeric(column), formatValue(column, 1234, shown)]).toEqual(["P95", true, "1.2 s"]);
  expect(formatValue(column, null, shown)).toBe("–");
});

test("CSV quotes as RFC 4180 says and keeps every digit", () => {
  const json =
    '{"columns":[{"name":"a"},{"name":"b"}],"rows":[{"a":"x,\\"y\\"","b":0.1234567890123456789},{"a":null,"b":1.10}]}';
  expect(csvOf(json)).toBe('a,b\r\n"x,""y""",0.1234567890123456789\r\n,1.10\r\n');
});

test("a view survives its URL, and nonsense takes the defaults", () => {
  const view = { window: "7d", timeZone: "America/New_York", measure: "time" } as const;
  expect(parseView(viewQuery(view), "UTC")).toEqual(view);
  expect(parseView("?window=9y&tz=Mars&by=luck", "UTC")).toEqual({ window: "24h", timeZone: "UTC", measure: "cost" });
});
