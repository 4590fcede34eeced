/**
 * A note on disk of what is being loaded. A native fault or a hang kills the process without an error to catch, and the next
 * one would meet the same entry for ever: the note tells it where its predecessor died, and how often.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { JournalEntry, Sequence } from "./journal/entry.ts";

/** Deaths at one single entry after which it is put aside. */
export const MOST_DEATHS = 3;

/** Where a load died. */
export interface DeadAttempt {
  readonly first: Sequence;
  readonly last: Sequence;
  /** Times that it died of exactly these entries: by a fault of its own, not because somebody killed it. */
  readonly deaths: number;
}

/** Reads and writes the note. */
export interface LoadAttempts {
  /** Says that these entries are about to be loaded. */
  begin(entries: readonly JournalEntry[]): void;
  /** Where the process before this one died, if it died in a load that is not in the store. */
  readonly dead: DeadAttempt | undefined;
}

interface Note {
  readonly first: string;
  readonly last: string;
  readonly deaths: number;
  /** The process that was at it. */
  readonly pid: number;
}

/**
 * Opens the note of a data folder. `loaded` is what the store has; `faultyPid` is the process before this one if it crashed,
 * hung or took too much memory, and undefined if it was killed from outside, which says nothing about what it was loading.
 */
export function openLoadAttempts(
  file: string,
  loaded: Sequence,
  faultyPid: number | undefined,
  pid: number = process.pid,
): LoadAttempts {
  const note = readNote(file);
  const dead =
    note === undefined || BigInt(note.last) <= loaded
      ? undefined
      : {
          first: BigInt(note.first),
          last: BigInt(note.last),
          deaths: note.deaths + (note.pid === faultyPid ? 1 : 0),
        };
  return {
    dead,
    begin(entries) {
      const first = String(entries[0]?.sequence);
      const last = String(entries.at(-1)?.sequence);
      const isSame = dead !== undefined && first === String(dead.first) && last === String(dead.last);
      const next: Note = { first, last, deaths: isSame ? dead.deaths : 0, pid };
      writeFileSync(file, JSON.stringify(next));
    },
  };
}

/** A note that is missing or half written says nothing. */
function readNote(file: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Note;
  } catch {
    return undefined;
  }
}
