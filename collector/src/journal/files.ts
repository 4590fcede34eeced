/** What the journal's writer asks of the file system: the seam at which tests let single calls fail. */
import { open, unlink } from "node:fs/promises";
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
  create: async (path) => await open(path, "w"),
  remove: unlink,
  syncFolder,
};
