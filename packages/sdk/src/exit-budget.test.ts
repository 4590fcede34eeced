import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { exitBudget } from "./exit-budget.ts";

describe("the budget of the end", () => {
  it("is shared by attempts that follow each other or run side by side", async () => {
    const budget = exitBudget(300);
    expect(budget.left()).toBe(300);
    const first = budget.spend();
    const second = budget.spend();
    await pause(100);
    first();
    second();
    expect(budget.left()).toBeLessThanOrEqual(201);
    expect(budget.left()).toBeGreaterThan(0);
    const third = budget.spend();
    await pause(250);
    expect(budget.left()).toBe(0);
    third();
    expect(budget.left()).toBe(0);
  });

  it("is whole again when the process has lived on", async () => {
    const budget = exitBudget(50);
    const done = budget.spend();
    await pause(60);
    done();
    expect(budget.left()).toBe(0);
    await pause(1010);
    expect(budget.left()).toBe(50);
  });

  it("allows nothing as long as an attempt hangs", async () => {
    const budget = exitBudget(50);
    let answer = (): void => {};
    const attempt = new Promise<void>((resolve) => (answer = resolve));
    budget.hangs(attempt);
    expect(budget.left()).toBe(0);
    answer();
    await attempt;
    expect(budget.left()).toBe(50);
  });
});
