import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { createHistogram } from "node:perf_hooks";

/** What the disk takes: groups of bytes, each written and synced before the next. */
export interface FsyncFloor {
  readonly groupBytes: number;
  readonly syncP50Ms: number;
  readonly syncP99Ms: number;
  readonly bytesPerSecond: number;
}

/** Groups of the size that a busy journal writes. */
const GROUP_BYTES = 4 * 1024 * 1024;
const FILE_BYTES = 256 * 1024 * 1024;

/** Writes and syncs groups in a folder for a time. */
export async function measureFsync(
  folder: string,
  seconds: number,
  groupBytes: number = GROUP_BYTES,
): Promise<FsyncFloor> {
  const path = join(folder, "fsync-floor");
  const handle = await open(path, "w");
  const group = Buffer.alloc(groupBytes, 0xa5);
  const syncs = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  const started = performance.now();
  let written = 0;
  try {
    while (performance.now() - started < seconds * 1000) {
      await handle.write(group, 0, group.length, written % FILE_BYTES);
      const at = performance.now();
      await handle.datasync();
      syncs.record(Math.max(1, Math.round((performance.now() - at) * 1000)));
      written += group.length;
    }
    const wallMs = performance.now() - started;
    return {
      groupBytes,
      syncP50Ms: syncs.percentile(50) / 1000,
      syncP99Ms: syncs.percentile(99) / 1000,
      bytesPerSecond: (written * 1000) / wallMs,
    };
  } finally {
    await handle.close();
    await rm(path, { force: true });
  }
}
