import { spawnSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { expect, test } from "vitest";
import { diskState, watchDisk } from "./disk-watch.ts";

const MiB = 1024 * 1024;
const MARKS = { diskWarnFreePercent: 15, diskMinFreePercent: 5, diskMinFreeBytes: 10 * MiB };
const disk = (freeMiB: number, totalMiB = 1000): { freeBytes: number; totalBytes: number } => ({
  freeBytes: freeMiB * MiB,
  totalBytes: totalMiB * MiB,
});

test.each([
  ["half of it is free", disk(500), "enough"],
  ["less than the warning's share is free", disk(149), "scarce"],
  ["less than the lowest share is free", disk(49), "low"],
  ["a small disk has its share but not the bytes", disk(9, 100), "low"],
] as const)("when %s", (_, space, state) => {
  expect(diskState(space, MARKS, "enough")).toBe(state);
});

test("taking goes on only when there is some room above the mark", () => {
  expect(diskState(disk(51), MARKS, "enough")).toBe("scarce");
  expect(diskState(disk(51), MARKS, "low")).toBe("low");
  expect(diskState(disk(53), MARKS, "low")).toBe("scarce");
});

const small = join(tmpdir(), `phasewise-watched-disk-${process.pid}`);
const mounted = spawnSync("sh", ["-c", `mkdir -p ${small} && mount -t tmpfs -o size=40m tmpfs ${small}`]);
if (mounted.status !== 0) console.log(`skipped: a small disk cannot be mounted: ${String(mounted.stderr).trim()}`);

test.skipIf(mounted.status !== 0)(
  "a disk that fills up is refused, and taken again by itself, with one line each",
  async () => {
    const lines: string[] = [];
    const log = pino({ level: "info" }, { write: (line: string) => lines.push(line) });
    const watch = await watchDisk(small, MARKS, log);
    try {
      expect(() => watch.check()).not.toThrow();
      await writeFile(join(small, "filler"), Buffer.alloc(32 * MiB));
      await expect.poll(() => watch.state(), { timeout: 5000 }).toBe("low");
      expect(() => watch.check()).toThrow(expect.objectContaining({ code: "DISK_LOW", retryable: true }) as Error);
      await rm(join(small, "filler"));
      await expect.poll(() => watch.state(), { timeout: 5000 }).toBe("enough");
      expect(() => watch.check()).not.toThrow();
      expect(lines).toHaveLength(2);
      expect(lines[0]).toContain("the disk is nearly full");
      expect(lines[1]).toContain("the disk has room again");
    } finally {
      watch.stop();
      spawnSync("sh", ["-c", `umount ${small}`]);
      await rm(small, { recursive: true, force: true });
    }
  },
);
