import type { NewEntry } from "../entry.ts";

/** An entry whose body tells its number, of a given length. */
export function entryOf(number: number, bytes = 100): NewEntry {
  const body = new Uint8Array(bytes).fill(number & 0xff);
  new DataView(body.buffer).setUint32(0, number);
  return {
    signal: "traces",
    encoding: "json",
    receivedUnixNano: 1_795_193_922_277_000_000n + BigInt(number),
    sender: `sender ${number}`,
    body,
  };
}
