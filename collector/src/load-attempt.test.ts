import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JournalEntry } from "./journal/entry.ts";
import { openLoadAttempts } from "./load-attempt.ts";

const PID = 77;
let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), "load-attempt-")), "loading.json");
});
afterEach(() => rmSync(join(file, ".."), { recursive: true }));

function entries(...sequences: readonly bigint[]): readonly JournalEntry[] {
  return sequences.map((sequence) => ({
    sequence,
    signal: "logs",
    encoding: "json",
    receivedUnixNano: 0n,
    sender: "test",
    body: new Uint8Array(),
  }));
}

describe("the note of what is being loaded", () => {
  test("a load that is in the store left no death behind", () => {
    openLoadAttempts(file, 0n, PID, PID).begin(entries(1n, 2n));

    expect(openLoadAttempts(file, 2n, PID, PID).dead).toBeUndefined();
  });

  test("a load that is not in the store is where the process died", () => {
    openLoadAttempts(file, 0n, PID, PID).begin(entries(1n, 2n, 3n));

    expect(openLoadAttempts(file, 0n, PID, PID).dead).toEqual({ first: 1n, last: 3n, deaths: 1 });
  });

  test("deaths at the same entry add up, and start again at another one", () => {
    for (let death = 1; death <= 3; death++) {
      const attempts = openLoadAttempts(file, 4n, PID, PID);
      attempts.begin(entries(5n));
      expect(openLoadAttempts(file, 4n, PID, PID).dead?.deaths).toBe(death);
    }
    openLoadAttempts(file, 4n, PID, PID).begin(entries(6n));

    expect(openLoadAttempts(file, 4n, PID, PID).dead).toEqual({ first: 6n, last: 6n, deaths: 1 });
  });

  test("a process that somebody killed did not die of what it was loading", () => {
    for (let kill = 0; kill < 5; kill++) openLoadAttempts(file, 4n, undefined, PID + kill).begin(entries(5n));

    expect(openLoadAttempts(file, 4n, undefined).dead).toEqual({ first: 5n, last: 5n, deaths: 0 });
    expect(openLoadAttempts(file, 4n, 1).dead?.deaths).toBe(0);
  });

  test("a note that is half written says nothing", () => {
    writeFileSync(file, '{"first":"1","la');

    expect(openLoadAttempts(file, 0n, PID, PID).dead).toBeUndefined();
  });
});
