import { expect, test } from "vitest";
import { Holdings, mayTake } from "./fair-share.ts";

const LIMIT = 1000;
const WEIGHT = 4;

/** Lets every sender take one byte at a time, in turn, until none may take more. */
function fill(holdings: Holdings, senders: readonly string[], already = 0): number {
  let held = already;
  for (let isMoving = true; isMoving;) {
    isMoving = false;
    for (const sender of senders) {
      if (!mayTake({ limitBytes: LIMIT, heldBytes: held, weight: WEIGHT }, holdings.of(sender), 1)) continue;
      holdings.add(sender, 1);
      held += 1;
      isMoving = true;
    }
  }
  return held;
}

test("a sender that is alone gets four fifths of the room", () => {
  expect(fill(new Holdings(), ["a"])).toBe(800);
});

test("senders that want everything end with equal shares and leave one for the next", () => {
  const holdings = new Holdings();
  const held = fill(holdings, ["a", "b", "c"]);
  expect([holdings.of("a"), holdings.of("b"), holdings.of("c")]).toStrictEqual([308, 308, 307]);
  expect(LIMIT - held).toBeGreaterThan(50);
});

test("one that came first and took all it may does not keep a quiet one out", () => {
  const holdings = new Holdings();
  const held = fill(holdings, ["noisy"]);
  const room = { limitBytes: LIMIT, heldBytes: held, weight: WEIGHT };
  expect(mayTake(room, holdings.of("noisy"), 10)).toBe(false);
  expect(mayTake(room, holdings.of("quiet"), 150)).toBe(true);
  expect(mayTake(room, 20, 20)).toBe(true);
});

test("nobody gets more than there is", () => {
  expect(mayTake({ limitBytes: LIMIT, heldBytes: 990, weight: WEIGHT }, 0, 11)).toBe(false);
});

test("a sender that gave everything back is forgotten", () => {
  const holdings = new Holdings();
  holdings.add("a", 5);
  holdings.add("a", -5);
  expect(holdings.size).toBe(0);
});
