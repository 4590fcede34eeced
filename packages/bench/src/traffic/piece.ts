/** Bytes with holes in them: what is filled in anew for each sending. */

/**
 * A hole, at a byte offset. Binary: `word` (8 bytes), `id` (the word and 8 bytes XORed), `time` (fixed64). Text:
 * `wordHex` (16 digits), `idHex` (16 digits), `timeText` (19 digits).
 */
export interface Hole {
  readonly kind: "word" | "id" | "time" | "wordHex" | "idHex" | "timeText";
  readonly at: number;
  /** For an id its two halves; for a time the nanoseconds after the begin of the story. */
  readonly high: number;
  readonly low: number;
}

/** Encoded bytes and the holes in them. */
export interface Piece {
  readonly bytes: Buffer;
  readonly holes: readonly Hole[];
}

/** A piece without holes. */
export function solid(bytes: Buffer): Piece {
  return { bytes, holes: [] };
}

/** A piece that is one hole. */
export function hole(kind: Hole["kind"], bytes: number, high = 0, low = 0): Piece {
  return {
    bytes: Buffer.alloc(bytes, kind.endsWith("Hex") || kind === "timeText" ? "0" : 0),
    holes: [{ kind, at: 0, high, low }],
  };
}

/** Pieces one after the other. */
export function join(pieces: readonly Piece[]): Piece {
  const holes: Hole[] = [];
  let at = 0;
  for (const piece of pieces) {
    for (const one of piece.holes) holes.push({ ...one, at: one.at + at });
    at += piece.bytes.length;
  }
  return {
    bytes: Buffer.concat(
      pieces.map((piece) => piece.bytes),
      at,
    ),
    holes,
  };
}

/** The two halves of a span's id before the word is XORed in: different for every number below 2^32. */
export function idHalves(number: number): readonly [high: number, low: number] {
  return [Math.imul(number + 1, 0x9e3779b1) >>> 0, (number + 1) >>> 0];
}

/** The second half of a trace id; the first is the word of the sending. */
export function traceTail(number: number): Buffer {
  const tail = Buffer.alloc(8);
  const [high, low] = idHalves(number);
  tail.writeUInt32BE(high, 0);
  tail.writeUInt32BE(low, 4);
  return tail;
}
