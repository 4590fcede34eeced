import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";

const url = "http://127.0.0.1:4319";

test("the defaults are three iterations at normal pace", () => {
  expect(readArguments([], url)).toEqual({ iterations: 3, pace: 1, url, help: false });
});

test("every option is taken", () => {
  expect(readArguments(["--iterations", "5", "--pace", "0.5", "--url", "http://h:1/"], url)).toMatchObject({
    iterations: 5,
    pace: 0.5,
    url: "http://h:1",
  });
});

test("what makes no sense is refused by name", () => {
  expect(() => readArguments(["--iterations", "0"], url)).toThrow("--iterations: expected a whole number above 0");
  expect(() => readArguments(["--pace=-1"], url)).toThrow("--pace: expected a number from 0");
  expect(() => readArguments(["--url", "here"], url)).toThrow("--url: expected an address");
});
