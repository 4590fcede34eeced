/** Ways to damage a file, each a seeded act on a copy. */
import { readFile, rm, writeFile } from "node:fs/promises";
import type { Random } from "../traffic/random.ts";

/** One way to damage. */
export type Damage = (path: string, random: Random) => Promise<void>;

const PAGE = 4096;

function edit(change: (bytes: Buffer, random: Random) => Buffer): Damage {
  return async (path, random) => {
    const bytes = await readFile(path);
    if (bytes.length === 0) return;
    await writeFile(path, change(bytes, random));
  };
}

/** The ways, by name. */
export const DAMAGES = {
  bit_flip: edit((bytes, random) => {
    const at = random.between(0, bytes.length - 1);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
    return bytes;
  }),
  truncated: edit((bytes, random) => bytes.subarray(0, random.between(0, bytes.length - 1))),
  zeroed_page: edit((bytes, random) => {
    const page = random.between(0, Math.floor((bytes.length - 1) / PAGE));
    return bytes.fill(0, page * PAGE, Math.min(bytes.length, (page + 1) * PAGE));
  }),
  zero_tail: edit((bytes) => Buffer.concat([bytes, Buffer.alloc(2 * PAGE)])),
  garbage_tail: edit((bytes, random) => Buffer.concat([bytes, random.bytes(100)])),
  emptied: (path) => writeFile(path, ""),
  missing: (path) => rm(path, { force: true }),
} as const satisfies Readonly<Record<string, Damage>>;

/** Name of a way to damage. */
export type DamageName = keyof typeof DAMAGES;
