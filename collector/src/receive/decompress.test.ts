import { randomBytes } from "node:crypto";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { PhasewiseError } from "../errors.ts";
import { DECOMPRESSORS } from "./decompress.ts";

const MiB = 1024 * 1024;

interface Undone {
  readonly bytes: Buffer;
  readonly counted: number;
}

async function undo(coding: string, sent: Buffer, maxBytes = 64 * MiB): Promise<Undone> {
  let counted = 0;
  const decompress = DECOMPRESSORS.get(coding);
  if (decompress === undefined) throw new Error(`there is no ${coding}`);
  const bytes = await decompress(sent, { maxBytes, grow: (more) => (counted += more) });
  return { bytes: Buffer.from(bytes), counted };
}

/** Gzip whose trailer tells another size than it has. */
function withSize(body: Buffer, size: number): Buffer {
  const sent = gzipSync(body);
  sent.writeUInt32LE(size, sent.length - 4);
  return sent;
}

describe.each([
  ["gzip", (body: Buffer) => gzipSync(body)],
  ["zstd", (body: Buffer) => zstdCompressSync(body)],
] as const)("%s", (coding, compress) => {
  test.each([0, 1, 999, 1024, 65_536, 512 * 1024, 512 * 1024 + 1, 3_000_001])(
    "of %i bytes comes back, every byte counted once",
    async (size) => {
      const body = randomBytes(size);
      const { bytes, counted } = await undo(coding, compress(body));
      expect(bytes.equals(body)).toBe(true);
      expect(counted).toBe(size);
    },
  );

  test("in several pieces comes back as one", async () => {
    const parts = [randomBytes(700_000), randomBytes(10), randomBytes(600_000)];
    const { bytes } = await undo(coding, Buffer.concat(parts.map(compress)));
    expect(bytes.equals(Buffer.concat(parts))).toBe(true);
  });

  test("that grows a thousand times stops at the limit, with hardly more counted", async () => {
    const bomb = compress(Buffer.alloc(200 * MiB));
    expect(bomb.length).toBeLessThan(MiB);
    let counted = 0;
    const decompress = DECOMPRESSORS.get(coding);
    const allowance = { maxBytes: 4 * MiB, grow: (more: number) => (counted += more) };
    await expect(decompress?.(bomb, allowance)).rejects.toMatchObject({ code: "BODY_TOO_LARGE" });
    expect(counted).toBeLessThanOrEqual(4 * MiB);
  });

  test("stops as soon as there is no more room for it", async () => {
    const decompress = DECOMPRESSORS.get(coding);
    let room = MiB;
    const grow = (more: number): void => {
      room -= more;
      if (room < 0) throw new PhasewiseError("IN_FLIGHT_FULL", "full");
    };
    const sent = compress(Buffer.alloc(20 * MiB));
    await expect(decompress?.(sent, { maxBytes: 64 * MiB, grow })).rejects.toMatchObject({ code: "IN_FLIGHT_FULL" });
  });

  test("that is cut off is refused", async () => {
    const sent = compress(randomBytes(10_000));
    await expect(undo(coding, sent.subarray(0, 5000))).rejects.toThrow(/end|incomplete|truncated/i);
  });
});

test("gzip that claims another size than it has is refused and takes no memory for the claim", async () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const size of [0, 5, 0xffff_ffff])
    await expect(undo("gzip", withSize(Buffer.alloc(50), size))).rejects.toThrow("incorrect length check");
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MiB);
});

test("a zstd frame with a window beyond 8 MiB is refused", async () => {
  const params = { [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_compressionLevel]: 1 };
  const sent = zstdCompressSync(Buffer.concat([randomBytes(40 * MiB)]), { params });
  await expect(undo("zstd", sent)).rejects.toThrow(/memory|window/i);
});
