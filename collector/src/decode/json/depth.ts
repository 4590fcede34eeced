import { MAX_JSON_DEPTH } from "../limits.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The offset of the first bracket that opens a level too many, or -1.
 * `JSON.parse` has no limit of its own and takes a microsecond a level, so this runs before it.
 */
export function tooDeepAt(json: Uint8Array): number {
  const length = json.length;
  let depth = 0;
  for (let index = 0; index < length; index++) {
    const byte = json[index] as number;
    if (byte === QUOTE) {
      index++;
      while (index < length) {
        const inner = json[index] as number;
        if (inner === QUOTE) break;
        index += inner === BACKSLASH ? 2 : 1;
      }
    } else if (byte > 0x5a) {
      // `[` is 0x5b and `{` is 0x7b; the closing ones lie two above.
      if (byte === 0x7b || byte === 0x5b) {
        if (++depth > MAX_JSON_DEPTH) return index;
      } else if (byte === 0x7d || byte === 0x5d) depth--;
    }
  }
  return -1;
}
