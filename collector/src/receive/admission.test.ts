import { expect, test } from "vitest";
import { PhasewiseError } from "../errors.ts";
import { createAdmission } from "./admission.ts";

const full = expect.objectContaining({ code: "IN_FLIGHT_FULL", status: 503, retryable: true }) as Error;

function open(maxBytes: number): ReturnType<typeof createAdmission> {
  return createAdmission({ maxBytes, checkOpen: () => undefined });
}

test("bytes count from when they are kept until the ticket is released, once", () => {
  const admission = open(1000);
  const ticket = admission.enter("a", 500);
  expect(admission.inFlightBytes()).toBe(0);
  ticket.grow(300);
  ticket.grow(100);
  ticket.shrink(50);
  expect(admission.inFlightBytes()).toBe(350);
  ticket.release();
  ticket.release();
  ticket.shrink(10);
  ticket.grow(10);
  expect(admission.inFlightBytes()).toBe(0);
});

test("a body that announces more than there is room for is refused before it is read", () => {
  const admission = open(1000);
  admission.enter("a", 0).grow(600);
  expect(() => admission.enter("b", 500)).toThrow(full);
  expect(() => admission.enter("b", 300)).not.toThrow();
});

test("a body that is alone is always taken, whatever its size", () => {
  const admission = open(100);
  const ticket = admission.enter("a", 5000);
  ticket.grow(3000);
  ticket.grow(2000);
  expect(() => admission.enter("a", 1)).toThrow(full);
  ticket.release();
  expect(() => admission.enter("a", 1)).not.toThrow();
});

test("a body that grows beyond the room is refused in the middle, and the others keep theirs", () => {
  const admission = open(1000);
  const first = admission.enter("a", 0);
  const second = admission.enter("b", 0);
  first.grow(400);
  second.grow(300);
  expect(() => second.grow(400)).toThrow(full);
  expect(admission.inFlightBytes()).toBe(700);
});

test("a sender that takes all it can does not make a quiet one be refused", () => {
  const admission = open(10_000);
  let refused = 0;
  for (let count = 0; count < 1000; count++) {
    try {
      admission.enter("noisy", 100).grow(100);
    } catch {
      refused++;
    }
    if (count % 50 === 49) {
      const quiet = admission.enter(`quiet ${count % 4}`, 100);
      quiet.grow(100);
      quiet.release();
    }
  }
  expect(refused).toBeGreaterThan(900);
});

test("while the collector is not open nobody enters", () => {
  const admission = createAdmission({
    maxBytes: 1000,
    checkOpen: () => {
      throw new PhasewiseError("DISK_LOW", "full");
    },
  });
  expect(() => admission.enter("a", 1)).toThrow(expect.objectContaining({ code: "DISK_LOW" }) as Error);
});
