/** Watches the free space of the data folder's disk, so that taking stops before a write fails, and goes on by itself. */
import { statfs } from "node:fs/promises";
import type { Logger } from "pino";
import { PhasewiseError } from "./errors.ts";

/** Where the marks are. */
export interface DiskMarks {
  /** Below this share of the disk a warning is logged. */
  readonly diskWarnFreePercent: number;
  /** Below this share nothing is taken ... */
  readonly diskMinFreePercent: number;
  /** ... nor below this many bytes, whichever is more. */
  readonly diskMinFreeBytes: number;
}

/** Space of a disk, in bytes. */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What the marks say of the space. */
export type DiskState = "enough" | "scarce" | "low";

/** Room above the low mark that must be free before taking goes on, so that it does not start and stop by the second. */
const RESUME_FACTOR = 1.05;
const INTERVAL_MS = 1000;

/** The lowest free space at which telemetry is taken, in bytes. */
function lowMark(totalBytes: number, marks: DiskMarks): number {
  return Math.max((totalBytes * marks.diskMinFreePercent) / 100, marks.diskMinFreeBytes);
}

/** What the marks say of the space, given what they said before. */
export function diskState({ freeBytes, totalBytes }: DiskSpace, marks: DiskMarks, before: DiskState): DiskState {
  const low = lowMark(totalBytes, marks);
  if (freeBytes < (before === "low" ? low * RESUME_FACTOR : low)) return "low";
  return freeBytes < (totalBytes * marks.diskWarnFreePercent) / 100 ? "scarce" : "enough";
}

/** A watch that runs. */
export interface DiskWatch {
  /** Throws DISK_LOW while nothing may be taken. */
  check(): void;
  /** As last seen. */
  space(): DiskSpace;
  state(): DiskState;
  stop(): void;
}

/** Looks at the disk now, and every second from then on. Logs each change once. */
export async function watchDisk(folder: string, marks: DiskMarks, log: Logger): Promise<DiskWatch> {
  let space: DiskSpace = { freeBytes: 0, totalBytes: 0 };
  let state: DiskState = "enough";
  let hasFailed = false;
  const look = async (): Promise<void> => {
    try {
      space = await readSpace(folder);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) log.warn({ err: error, folder }, "the free space of the disk cannot be read");
      hasFailed = true;
      return;
    }
    const next = diskState(space, marks, state);
    if (next !== state) logChange(log, next, state, { folder, ...space, lowMark: lowMark(space.totalBytes, marks) });
    state = next;
  };
  await look();
  const timer = setInterval(() => void look(), INTERVAL_MS);
  timer.unref();
  return {
    check() {
      if (state !== "low") return;
      throw new PhasewiseError(
        "DISK_LOW",
        `Expected at least ${Math.ceil(lowMark(space.totalBytes, marks))} bytes free on the disk of ${folder}, got ` +
          `${space.freeBytes}. Free space there; taking goes on by itself. (PHASEWISE_DISK_MIN_FREE_BYTES, _PERCENT)`,
      );
    },
    space: () => space,
    state: () => state,
    stop: () => clearInterval(timer),
  };
}

async function readSpace(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

function logChange(log: Logger, next: DiskState, before: DiskState, details: object): void {
  if (next === "low") log.error(details, "the disk is nearly full: telemetry is refused (503) until there is room");
  else if (before === "low") log.info(details, "the disk has room again: telemetry is taken");
  else if (next === "scarce") log.warn(details, "the disk is getting full");
  else log.info(details, "the disk has room again");
}
