/**
 * Text out of UTF-8. Keys and most short values come again and again, so short ASCII text is looked up by its bytes
 * first: that costs a fraction of making a string, and equal keys are one object with its hash known.
 */
const SLOTS = 4096;
const LONGEST = 48;
const WORDS = LONGEST / 4;
const NOT_ASCII = 0x80808080;

const texts: string[] = Array.from({ length: SLOTS }, () => "");
/** The bytes of each text as 32-bit words, the last one overlapping the one before. */
const words = new Int32Array(SLOTS * WORDS);
const current = new Int32Array(WORDS);

/** The text of a range of bytes, of which `view` is the same memory; what is not UTF-8 becomes U+FFFD. */
export function internText(bytes: Buffer, view: DataView, start: number, end: number): string {
  const length = end - start;
  if (length > LONGEST) return bytes.toString("utf8", start, end);
  if (length < 4) return shortText(bytes, start, end);
  const last = end - 4;
  let count = 0;
  let hash = length;
  let seen = 0;
  for (let index = start; index < last; index += 4) {
    const word = view.getInt32(index, true);
    current[count++] = word;
    seen |= word;
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  const word = view.getInt32(last, true);
  current[count++] = word;
  if (((seen | word) & NOT_ASCII) !== 0) return bytes.toString("utf8", start, end);
  hash = Math.imul(hash ^ word, 0x9e3779b1);
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = texts[slot] as string;
  const offset = slot * WORDS;
  if (known.length === length && isKnown(offset, count)) return known;
  const text = bytes.toString("latin1", start, end);
  texts[slot] = text;
  for (let index = 0; index < count; index++) words[offset + index] = current[index] as number;
  return text;
}

function isKnown(offset: number, count: number): boolean {
  for (let index = 0; index < count; index++) {
    if (words[offset + index] !== current[index]) return false;
  }
  return true;
}

function shortText(bytes: Buffer, start: number, end: number): string {
  let text = "";
  for (let index = start; index < end; index++) {
    const byte = bytes[index] as number;
    if (byte >= 0x80) return bytes.toString("utf8", start, end);
    text += String.fromCharCode(byte);
  }
  return text;
}
