import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

test.each(["512MB", "2GB", "1.5GiB", "200 mb", "1TB"])("%s is a memory limit", (memoryLimit) => {
  expect(readConfig({ memoryLimit }, {}).memoryLimit).toBe(memoryLimit);
});

test.each(["banana", "", "0GB", "-1", "none", "80", "2GB; drop table x"])("%j is no memory limit", (memoryLimit) => {
  expect(() => readConfig({ memoryLimit }, {})).toThrow(
    `--memory-limit: expected a size such as 512MB, 2GB or 1.5GiB, got "${memoryLimit}"`,
  );
});

test("a log level is one of the six, and the message names where a wrong one came from", () => {
  expect(readConfig({}, { PHASEWISE_LOG_LEVEL: "debug" }).logLevel).toBe("debug");
  expect(() => readConfig({ logLevel: "banana" }, {})).toThrow(
    '--log-level: expected trace, debug, info, warn, error or fatal, got "banana"',
  );
  expect(() => readConfig({}, { PHASEWISE_LOG_LEVEL: "INFO" })).toThrow(/^PHASEWISE_LOG_LEVEL: expected trace/);
});
