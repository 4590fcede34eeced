import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Sequence } from "./entry.ts";

const NAME = /^(\d{20})\.journal$/;

/** One segment file of the journal's folder. */
export interface Segment {
  readonly name: string;
  readonly path: string;
  /** The sequence of its first entry. Entries of older segments at or above it are superseded. */
  readonly first: Sequence;
}

/** File name of the segment that begins with a sequence. */
export function segmentName(first: Sequence): string {
  return `${String(first).padStart(20, "0")}.journal`;
}

/** The segments of a folder in order. */
export async function listSegments(folder: string): Promise<readonly Segment[]> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // A folder that somebody has removed holds nothing; the reader reports what is missing.
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const names = found.filter((name) => NAME.test(name)).sort();
  return names.map((name) => ({ name, path: join(folder, name), first: BigInt(name.slice(0, 20)) }));
}

/** Makes the creation, renaming and removal of files in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder as a file; its file systems journal names themselves.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
