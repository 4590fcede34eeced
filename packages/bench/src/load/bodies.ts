/** The bodies of each sender one after the other, patched or compressed. */
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { type Sending, wordOf } from "../traffic/template.ts";
import type { Body, Traffic } from "../traffic/traffic.ts";

const compress = promisify(gzip);
/** Compressed bodies that are kept ready at most. */
const MOST_PREPARED_BYTES = 1024 * 1024 * 1024;

/** What a sender sends next. */
export interface NextBody {
  readonly body: Body;
  readonly bytes: Uint8Array;
}

/** Bodies by sender and number. */
export interface BodySource {
  /** The bytes may be overwritten by the next call for the same sender. */
  next(sender: number, number: number): Promise<NextBody>;
  /** Share of the bodies asked for that were ready. */
  preparedRatio(): number;
}

/** Where a body stands in the cycles of its sender. */
function placeOf(traffic: Traffic, series: number, sender: number, number: number, beginUnixNano: bigint) {
  const length = traffic.bodies.length;
  const body = traffic.bodies[number % length];
  if (body === undefined) throw new Error("expected traffic with at least one body");
  const sending: Sending = { word: wordOf(series, sender, Math.floor(number / length)), beginUnixNano };
  return { body, sending };
}

/** Bodies without compression. */
export function plainBodies(traffic: Traffic, series: number, beginUnixNano: bigint): BodySource {
  const scratch = new Map<number, Buffer>();
  return {
    next: async (sender, number) => {
      const { body, sending } = placeOf(traffic, series, sender, number, beginUnixNano);
      const own = scratch.get(sender) ?? Buffer.allocUnsafe(traffic.largestBytes);
      scratch.set(sender, own);
      body.template.write(sending, own);
      return { body, bytes: own.subarray(0, body.template.bytes) };
    },
    preparedRatio: () => 1,
  };
}

/** Bodies in gzip. The first `prepare` of each sender are compressed now, as far as memory allows. */
export async function gzipBodies(
  traffic: Traffic,
  series: number,
  beginUnixNano: bigint,
  { senders, prepare }: { readonly senders: number; readonly prepare: number },
): Promise<BodySource> {
  const plain = plainBodies(traffic, series, beginUnixNano);
  const make = async (sender: number, number: number): Promise<NextBody> => {
    const { body, bytes } = await plain.next(sender, number);
    return { body, bytes: await compress(bytes, { level: constants.Z_BEST_SPEED }) };
  };
  const ready = new Map<string, NextBody>();
  let bytes = 0;
  for (let number = 0; number < prepare && bytes < MOST_PREPARED_BYTES; number++) {
    const made = await Promise.all(Array.from({ length: senders }, (_, sender) => make(sender, number)));
    for (const [sender, one] of made.entries()) {
      ready.set(`${sender}/${number}`, one);
      bytes += one.bytes.length;
    }
  }
  let asked = 0;
  let missed = 0;
  return {
    next: async (sender, number) => {
      asked++;
      const key = `${sender}/${number}`;
      const found = ready.get(key);
      ready.delete(key);
      if (found !== undefined) return found;
      missed++;
      return await make(sender, number);
    },
    preparedRatio: () => (asked === 0 ? 1 : (asked - missed) / asked),
  };
}
