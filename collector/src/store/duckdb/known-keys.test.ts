import { expect, test } from "vitest";
import { KnownKeys } from "./known-keys.ts";

test("a key that was added is always known, through every layer, and few others are taken for known", () => {
  const keys = new KnownKeys();
  const count = 600_000;
  for (let number = 0; number < count; number += 1) keys.add(`trace:${number.toString(16).padStart(32, "0")}`);
  let missed = 0;
  let mistaken = 0;
  for (let number = 0; number < count; number += 1) {
    if (!keys.mayHave(`trace:${number.toString(16).padStart(32, "0")}`)) missed += 1;
    if (keys.mayHave(`trace:${(count + number).toString(16).padStart(32, "0")}`)) mistaken += 1;
  }
  expect(missed).toBe(0);
  expect(mistaken / count).toBeLessThan(0.005);
  expect(keys.size).toBeGreaterThan(count * 0.995);
});

test("an empty set knows nothing", () => {
  expect(new KnownKeys().mayHave("trace:1")).toBe(false);
});
