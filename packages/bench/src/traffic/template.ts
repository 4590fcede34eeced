/** A body that was encoded once and is patched for each sending. */
import type { Hole, Piece } from "./piece.ts";

/** What is different in each sending of a body. */
export interface Sending {
  /** 64 bits that no other sending of another cycle has; part of every id. */
  readonly word: bigint;
  /** When the story begins, in nanoseconds since 1970. */
  readonly beginUnixNano: bigint;
}

/** A body with its holes, ready to be patched. */
export interface Template {
  readonly bytes: number;
  /** Writes the body of a sending to the begin of `target`, which has room for `bytes`. */
  write(sending: Sending, target: Buffer): void;
}

const HALF = 2 ** 32;

interface Places {
  readonly at: Uint32Array;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** Makes a template of an encoded request. */
export function createTemplate({ bytes, holes }: Piece): Template {
  const words = placesOf(holes, "word");
  const ids = placesOf(holes, "id");
  const times = placesOf(holes, "time");
  const wordTexts = placesOf(holes, "wordHex");
  const idTexts = placesOf(holes, "idHex");
  const timeTexts = placesOf(holes, "timeText");
  return {
    bytes: bytes.length,
    write({ word, beginUnixNano }, target) {
      bytes.copy(target);
      const view = new DataView(target.buffer, target.byteOffset, bytes.length);
      const high = Number(word >> 32n);
      const low = Number(word & 0xffffffffn);
      eachPlace(words, (at) => {
        view.setUint32(at, high);
        view.setUint32(at + 4, low);
      });
      eachPlace(ids, (at, idHigh, idLow) => {
        view.setUint32(at, idHigh ^ high);
        view.setUint32(at + 4, idLow ^ low);
      });
      writeTimes(times, view, beginUnixNano);
      writeText(wordTexts, target, hexOf(word));
      eachPlace(idTexts, (at, idHigh, idLow) => {
        const id = (BigInt((idHigh ^ high) >>> 0) << 32n) | BigInt((idLow ^ low) >>> 0);
        target.write(hexOf(id), at, "latin1");
      });
      eachPlace(timeTexts, (at, timeHigh, timeLow) => {
        target.write(String(beginUnixNano + BigInt(timeHigh * HALF + timeLow)), at, "latin1");
      });
    },
  };
}

/** The 16 hex digits of a word, as they stand at the begin of every trace id of its sending. */
export function hexOf(word: bigint): string {
  return word.toString(16).padStart(16, "0");
}

/** The word of a cycle of a sender: a mix of the three in which no two are alike. */
export function wordOf(seed: number, sender: number, cycle: number): bigint {
  const key = (BigInt(seed & 0xffff) << 48n) | (BigInt(sender & 0xfff) << 36n) | BigInt(cycle);
  let word = BigInt.asUintN(64, key + 0x9e3779b97f4a7c15n);
  word = BigInt.asUintN(64, (word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n);
  word = BigInt.asUintN(64, (word ^ (word >> 27n)) * 0x94d049bb133111ebn);
  return word ^ (word >> 31n);
}

function placesOf(holes: readonly Hole[], kind: Hole["kind"]): Places {
  const own = holes.filter((hole) => hole.kind === kind);
  return {
    at: Uint32Array.from(own, (hole) => hole.at),
    high: Uint32Array.from(own, (hole) => hole.high),
    low: Uint32Array.from(own, (hole) => hole.low),
  };
}

function eachPlace(places: Places, write: (at: number, high: number, low: number) => void): void {
  const { at, high, low } = places;
  for (let index = 0; index < at.length; index++) write(at[index] ?? 0, high[index] ?? 0, low[index] ?? 0);
}

function writeTimes(places: Places, view: DataView, beginUnixNano: bigint): void {
  const beginHigh = Number(beginUnixNano >> 32n);
  const beginLow = Number(beginUnixNano & 0xffffffffn);
  eachPlace(places, (at, high, low) => {
    const sum = beginLow + low;
    view.setUint32(at, sum % HALF, true);
    view.setUint32(at + 4, beginHigh + high + (sum >= HALF ? 1 : 0), true);
  });
}

function writeText(places: Places, target: Buffer, text: string): void {
  const bytes = Buffer.from(text, "latin1");
  for (const at of places.at) target.set(bytes, at);
}
