import { PhasewiseError } from "../errors.ts";

/** How much may be kept, and whom to ask for it. */
export interface Allowance {
  /** Largest body; BODY_TOO_LARGE above it. */
  readonly maxBytes: number;
  /** Asked before bytes are kept; throws when there is no room for them. */
  readonly grow: (bytes: number) => void;
}

/** Memory that is taken at once because a sender says that it will need it. */
const TRUSTED_BYTES = 1024 * 1024;

/** Gathers chunks into one piece of memory without ever holding them twice, and counts each before it is kept. */
export class ByteSink {
  readonly #allowance: Allowance;
  readonly #expected: number;
  #memory: Buffer | undefined;
  #length = 0;

  /** `expectedBytes` is a guess: a right one saves copies, a wrong one costs nothing else. */
  constructor(allowance: Allowance, expectedBytes: number) {
    this.#allowance = allowance;
    this.#expected = Math.min(expectedBytes, allowance.maxBytes);
  }

  get length(): number {
    return this.#length;
  }

  add(chunk: Buffer): void {
    const end = this.#length + chunk.length;
    if (end > this.#allowance.maxBytes) throw tooLarge(this.#allowance.maxBytes);
    this.#allowance.grow(chunk.length);
    // A body of one chunk is that chunk.
    if (this.#memory === undefined && end >= this.#expected) this.#memory = chunk;
    else {
      if (this.#memory === undefined || this.#memory.length < end) this.#enlarge(end);
      chunk.copy(this.#memory as Buffer, this.#length);
    }
    this.#length = end;
  }

  /** Everything that was added, in one piece. */
  bytes(): Buffer {
    return this.#memory?.subarray(0, this.#length) ?? Buffer.alloc(0);
  }

  #enlarge(needed: number): void {
    const { maxBytes } = this.#allowance;
    const guess = Math.min(this.#expected, Math.max(TRUSTED_BYTES, 4 * needed));
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(guess > needed ? guess : 2 * needed, maxBytes)));
    this.#memory?.copy(larger, 0, 0, this.#length);
    this.#memory = larger;
  }
}

/** The refusal of a body over the limit. */
export function tooLarge(maxBytes: number): PhasewiseError {
  return new PhasewiseError(
    "BODY_TOO_LARGE",
    `Expected at most ${maxBytes} bytes after decompression, got more. Send smaller batches, or raise PHASEWISE_MAX_BODY_BYTES.`,
  );
}
