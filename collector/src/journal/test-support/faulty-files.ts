/**
 * A file system on which one call goes wrong, and which knows what a power cut would leave: what was synced. Names of
 * files are taken as durable once their folder was synced.
 */
import { truncate, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { type SegmentFile, type SegmentFiles, nodeFiles } from "../files.ts";

/** How the chosen call goes wrong. */
export type Fault = "EIO" | "ENOSPC" | "short write" | "written, then EIO";

/** The file system, and what happened on it. */
export interface FaultyFiles extends SegmentFiles {
  /** Calls so far that could have gone wrong. */
  calls(): number;
  /** Loses everything that was not synced. */
  cutPower(): Promise<void>;
}

interface Known {
  synced: number;
  written: number;
  isNamed: boolean;
}

function errorOf(code: string): Error {
  return Object.assign(new Error(`${code}: made to fail`), { code });
}

/** Which call goes wrong, and how. */
interface Chosen {
  readonly fault: Fault;
  /** Counts a call; true when it is the one. */
  readonly isChosen: () => boolean;
  readonly run: <Result>(call: () => Promise<Result>, undo?: (result: Result) => Promise<void>) => Promise<Result>;
}

function wrap(file: SegmentFile, state: Known, { fault, isChosen, run }: Chosen): SegmentFile {
  return {
    async writev(parts, position) {
      const grown = async (some: readonly Uint8Array[]): Promise<{ bytesWritten: number }> => {
        const { bytesWritten } = await file.writev(some, position);
        state.written = Math.max(state.written, position + bytesWritten);
        return { bytesWritten };
      };
      if (fault !== "short write") return await run(() => grown(parts));
      const [first] = parts;
      if (!isChosen() || first === undefined) return await grown(parts);
      return await grown([first.subarray(0, Math.ceil(first.length / 2))]);
    },
    datasync: () =>
      run(async () => {
        // What the disk really did does not matter here, and would take minutes.
        await Promise.resolve();
        state.synced = state.written;
      }),
    truncate: (bytes) =>
      run(async () => {
        await file.truncate(bytes);
        state.written = Math.min(state.written, bytes);
        // A cut that was not synced may be undone; the longest that may come back is what was synced.
      }),
    close: async () => {
      await file.close();
      await run(() => Promise.resolve());
    },
  };
}

/** Lets the `k`-th call (from 1) go wrong; every call after it works, unless `forever`. */
export function faultyFiles(k: number, fault: Fault, forever = false): FaultyFiles {
  const known = new Map<string, Known>();
  let calls = 0;
  const isChosen = (): boolean => {
    calls += 1;
    return forever ? calls >= k : calls === k;
  };
  /** Runs a call, or fails in its place; "written, then EIO" fails after it. */
  const run = async <Result>(
    call: () => Promise<Result>,
    undo?: (result: Result) => Promise<void>,
  ): Promise<Result> => {
    // Only writes can be short.
    if (fault === "short write" || !isChosen()) return await call();
    if (fault === "written, then EIO") {
      const result = await call();
      await undo?.(result);
    }
    throw errorOf(fault === "ENOSPC" ? "ENOSPC" : "EIO");
  };

  return {
    create: (path) =>
      run(
        async () => {
          const file = await nodeFiles.create(path);
          const state: Known = { synced: 0, written: 0, isNamed: known.get(path)?.isNamed ?? false };
          known.set(path, state);
          return wrap(file, state, { fault, isChosen, run });
        },
        // Nobody gets this one, so nobody would close it.
        (file) => file.close(),
      ),
    remove: (path) =>
      run(async () => {
        await nodeFiles.remove(path);
        known.delete(path);
      }),
    syncFolder: (folder) =>
      run(async () => {
        await Promise.resolve();
        for (const [path, state] of known) if (dirname(path) === folder) state.isNamed = true;
      }),
    calls: () => calls,
    async cutPower() {
      for (const [path, state] of known) {
        if (state.isNamed) await truncate(path, state.synced);
        else await unlink(path);
      }
    },
  };
}
