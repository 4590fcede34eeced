/** What the journal's writer asks of the file system: the seam at which tests let single calls fail. */
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "./segments.ts";

/** A segment that is open for writing. */
export interface SegmentFile {
  writev(parts: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }>;
  /** Makes what was written durable. */
  datasync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** The file system as the writer uses it. */
export interface SegmentFiles {
  /** Makes a file, or empties the one that is there. */
  create(path: string): Promise<SegmentFile>;
  remove(path: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncFolder(folder: string): Promise<void>;
}

/** The real one. */
export const nodeFiles: SegmentFiles = {
  create: async (path) => {
    await mkdir(dirname(path), { recursive: true });
    return linked(await open(path, "w"), path);
  },
  remove: unlink,
  syncFolder,
};

/** A file that somebody has removed still takes writes and syncs, but nobody will ever read it: that is no durability. */
function linked(handle: FileHandle, path: string): SegmentFile {
  return {
    writev: async (parts, position) => await handle.writev(parts, position),
    datasync: async () => {
      await handle.datasync();
      if ((await handle.stat()).nlink === 0) throw new Error(`${path} was removed`);
    },
    truncate: async (bytes) => await handle.truncate(bytes),
    close: async () => await handle.close(),
  };
}
