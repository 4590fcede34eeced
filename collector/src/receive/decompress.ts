/** Undoes content encodings chunk by chunk, so that a small body that grows without end is stopped where it is too large. */
import { type Gunzip, type ZstdDecompress, constants, createGunzip, createZstdDecompress } from "node:zlib";
import { type Allowance, ByteSink } from "./byte-sink.ts";

/** What can be undone, for the answer to a request that uses something else. */
export const CONTENT_ENCODINGS = "gzip, zstd, identity";

/** Undoes one content encoding; throws what the engine says, BODY_TOO_LARGE, or what the allowance throws. */
export type Decompress = (sent: Buffer, allowance: Allowance) => Promise<Uint8Array>;

/** How to undo an encoding, by its name in lower case; identity and the empty name need nothing. */
export const DECOMPRESSORS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ["gzip", gunzip],
  ["x-gzip", gunzip],
  ["zstd", zstdFrames],
]);

/** The largest zstd window, as a power of two: what a decompressor must hold in memory whatever the body's size. */
const ZSTD_WINDOW_LOG = 23;
/** A body has one frame, or a few that were joined; thousands of empty ones are an attack on our time. */
const MAX_ZSTD_FRAMES = 256;
/** Deflate cannot do better than this, so nothing that says it did is believed. */
const MAX_GZIP_RATIO = 1032;
const MIN_CHUNK_BYTES = 1024;
const MAX_CHUNK_BYTES = 512 * 1024;

async function gunzip(sent: Buffer, allowance: Allowance): Promise<Uint8Array> {
  const expected = Math.min(gzipSize(sent), sent.length * MAX_GZIP_RATIO);
  const sink = new ByteSink(allowance, expected);
  await pour(createGunzip({ chunkSize: chunkBytes(expected) }), sent, sink);
  return sink.bytes();
}

/** A gzip member ends with the size of what it holds, modulo 2^32. */
function gzipSize(sent: Buffer): number {
  return sent.length < 18 ? 0 : sent.readUInt32LE(sent.length - 4);
}

/** Node undoes the first frame and passes over the rest, which would lose data silently: so frame by frame. */
async function zstdFrames(sent: Buffer, allowance: Allowance): Promise<Uint8Array> {
  const sink = new ByteSink(allowance, 0);
  const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG };
  let rest = sent;
  for (let frames = 0; rest.length > 0; frames++) {
    if (frames === MAX_ZSTD_FRAMES) throw new Error(`expected at most ${MAX_ZSTD_FRAMES} frames`);
    const engine = createZstdDecompress({ params, chunkSize: chunkBytes(8 * rest.length) });
    await pour(engine, rest, sink);
    if (engine.bytesWritten === 0) throw new Error("no frame begins here");
    rest = rest.subarray(engine.bytesWritten);
  }
  return sink.bytes();
}

/** One more than is expected, so that the engine sees the end without another turn. */
function chunkBytes(expected: number): number {
  return Math.max(MIN_CHUNK_BYTES, Math.min(expected + 1, MAX_CHUNK_BYTES));
}

async function pour(engine: Gunzip | ZstdDecompress, sent: Buffer, sink: ByteSink): Promise<void> {
  engine.end(sent);
  // Leaving the loop by a throw destroys the engine.
  for await (const chunk of engine as AsyncIterable<Buffer>) sink.add(chunk);
}
