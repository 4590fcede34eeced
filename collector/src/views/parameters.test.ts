import { expect, test } from "vitest";
import type { ReportParameter } from "@phasewise/api";
import { readParameters } from "./parameters.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const DECLARED: readonly ReportParameter[] = [
  { name: "since", type: "timestamp", default: "7d", comment: "" },
  { name: "until", type: "timestamp", default: "now", comment: "" },
  { name: "tz", type: "text", default: "UTC", comment: "" },
  { name: "phase", type: "text", default: null, comment: "" },
  { name: "limit", type: "integer", default: "100", comment: "" },
  { name: "share", type: "number", default: "0.5", comment: "" },
];

test("defaults are filled in", () => {
  expect(readParameters(DECLARED, {}, NOW)).toEqual({
    since: "2026-11-13T12:00:00.000Z",
    until: "2026-11-20T12:00:00.000Z",
    tz: "UTC",
    phase: null,
    limit: 100,
    share: 0.5,
  });
});

test("a span of time counts back from until", () => {
  const parameters = readParameters(DECLARED, { since: "24h", until: "2026-11-10" }, NOW);

  expect(parameters).toMatchObject({ since: "2026-11-09T00:00:00.000Z", until: "2026-11-10T00:00:00.000Z" });
});

test("an empty parameter is one that was not given", () => {
  expect(readParameters(DECLARED, { phase: "", limit: "" }, NOW)).toMatchObject({ phase: null, limit: 100 });
});

test.each([
  [{ since: "soon" }, /since: expected a span .* got "soon"/],
  [{ since: "999999999w" }, /since: expected a span/],
  [{ until: "2026-02-30" }, /until: expected/],
  [{ since: "2026-11-21", until: "2026-11-20" }, /since: expected a time before until/],
  [{ tz: "Mars/Olympus" }, /tz: expected an IANA time zone/],
  [{ limit: "-1" }, /limit: expected a whole number/],
  [{ share: "NaN" }, /share: expected a number/],
  [{ sql: "1" }, /There is no parameter "sql"; expected any of since, until, tz, phase, limit, share/],
])("%j is refused", (raw, message) => {
  expect(() => readParameters(DECLARED, raw, NOW)).toThrow(
    expect.objectContaining({ code: "PARAMETER_INVALID", message: expect.stringMatching(message) }),
  );
});
