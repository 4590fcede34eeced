import { expect, test } from "vitest";
import { inOrder } from "./order.ts";

const view = (name: string, ...reads: readonly string[]): { name: string; reads: readonly string[] } => ({
  name,
  reads,
});

test("a view comes after what it reads, and by name where that leaves a choice", () => {
  const ordered = inOrder([view("c", "spans"), view("a", "b", "c"), view("b", "spans", "c")], ["spans"]);

  expect(ordered.map((each) => each.name)).toEqual(["c", "b", "a"]);
});

test("a circle is refused with its way round", () => {
  expect(() => inOrder([view("a", "b"), view("b", "c"), view("c", "a")], [])).toThrow(/a -> b -> c -> a/);
});

test("an unknown name is refused with the file that reads it", () => {
  expect(() => inOrder([view("a", "spins")], ["spans"])).toThrow(
    expect.objectContaining({
      code: "VIEW_INVALID",
      message: "views/a.sql reads spins, which is no table and no view.",
    }),
  );
});
