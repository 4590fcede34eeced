/**
 * A set of keys that may say "perhaps" for a key it never got, but never "no" for one it did (a Bloom filter that
 * grows by layers). New traces and calls are told from known ones without asking the database, so that loading costs
 * the same whatever the history. About 2.5 bytes a key; at most one key in 200 is looked up in vain.
 */
export class KnownKeys {
  readonly #layers: Layer[] = [];
  #size = 0;

  /** How many keys were added. */
  get size(): number {
    return this.#size;
  }

  add(key: string): void {
    if (this.mayHave(key)) return;
    let layer = this.#layers.at(-1);
    if (layer === undefined || layer.count >= layer.capacity) {
      layer = newLayer(layer === undefined ? FIRST_CAPACITY : layer.capacity * 2);
      this.#layers.push(layer);
    }
    const [one, two] = hash(key);
    for (let round = 0; round < ROUNDS; round += 1) {
      const bit = position(one, two, round, layer.bits);
      layer.words[bit >>> 5] = (layer.words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
    layer.count += 1;
    this.#size += 1;
  }

  /** False: the key was never added. True: it may have been. */
  mayHave(key: string): boolean {
    const [one, two] = hash(key);
    return this.#layers.some((layer) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const bit = position(one, two, round, layer.bits);
        if (((layer.words[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
      }
      return true;
    });
  }
}

interface Layer {
  readonly words: Uint32Array;
  readonly bits: number;
  readonly capacity: number;
  count: number;
}

const FIRST_CAPACITY = 1 << 18;
const BITS_A_KEY = 16;
const ROUNDS = 8;

function newLayer(capacity: number): Layer {
  const bits = capacity * BITS_A_KEY;
  return { words: new Uint32Array(bits / 32), bits, capacity, count: 0 };
}

/** Two 32-bit hashes of a text (FNV-1a and a multiply-xor mix), finished so that every bit depends on all. */
function hash(key: string): readonly [number, number] {
  let one = 0x811c9dc5;
  let two = 0x9e3779b9;
  for (let at = 0; at < key.length; at += 1) {
    const code = key.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul((two ^ code) + (two << 7), 0x85ebca6b);
  }
  return [finish(one), finish(two) | 1];
}

function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function position(one: number, two: number, round: number, bits: number): number {
  // `bits` is a power of two, so the low bits are a fair position.
  return (one + Math.imul(two, round)) & (bits - 1) & 0x7fffffff;
}
