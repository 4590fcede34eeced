/** All evidence that is taken for one call. */
import { canonicalModel } from "@phasewise/providers";
import type { CallReading, TokenBuckets } from "../records.ts";
import type { Evidence } from "../settlement.ts";

/** One kind of id that a report can carry. */
export interface IdKind {
  /** What a call key of this kind begins with. */
  readonly prefix: string;
  readonly read: (reading: CallReading) => string | undefined;
}

/** The kinds of ids, best first. `CallUnit.idMask` has a bit for each. */
export const ID_KINDS: readonly IdKind[] = [
  { prefix: "req", read: (reading) => reading.providerRequestId },
  { prefix: "msg", read: (reading) => reading.messageId },
  { prefix: "client", read: (reading) => reading.clientRequestId },
];

/** One call in the making, or one sum over calls. Changes only while it is being grouped. */
export interface CallUnit {
  scope: "call" | "aggregate";
  /** Evidence by layer, the innermost call first and each wrapper after what it wraps; within a layer the best first. */
  layers: (readonly Evidence[])[];
  /** The evidence whose tokens count: the best that reports any, else the best. */
  counted: Evidence;
  /** Bit n is set when evidence has an id of `ID_KINDS[n]`. */
  idMask: number;
  /** The unit that took this one in, because this one only wraps it. */
  takenInBy: CallUnit | undefined;
}

/** A new unit; `ordered` is its evidence, the best first. */
export function makeUnit(scope: "call" | "aggregate", ordered: readonly Evidence[]): CallUnit {
  let idMask = 0;
  for (const { reading } of ordered) idMask |= idMaskOf(reading);
  const counted = ordered.find(({ reading }) => hasTokens(reading.tokens)) ?? ordered[0];
  if (counted === undefined) throw new TypeError("a call without evidence cannot be");
  return { scope, layers: [ordered], counted, idMask, takenInBy: undefined };
}

/** Makes a wrapper part of what it wraps. */
export function takeIn(inner: CallUnit, wrapper: CallUnit): void {
  for (const layer of wrapper.layers) inner.layers.push(layer);
  if (!hasTokens(inner.counted.reading.tokens) && hasTokens(wrapper.counted.reading.tokens)) {
    inner.counted = wrapper.counted;
  }
  inner.idMask |= wrapper.idMask;
  wrapper.takenInBy = inner;
}

/** The unit that this one is part of by now. */
export function currentUnit(unit: CallUnit): CallUnit {
  let current = unit;
  while (current.takenInBy !== undefined) current = current.takenInBy;
  return current;
}

/** The kinds of ids that a reading has, as bits. */
export function idMaskOf(reading: CallReading): number {
  let mask = 0;
  for (const [kind, { read }] of ID_KINDS.entries()) if (isGiven(read(reading))) mask |= 1 << kind;
  return mask;
}

/** Whether a text is there and not empty. */
export function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

/** Whether any bucket that is billed was reported, zero included. */
export function hasTokens(tokens: TokenBuckets): boolean {
  return tokens.outputTokens !== undefined || inputBuckets(tokens).some((count) => count !== undefined);
}

/** Whether any billed bucket is above zero. */
export function usedTokens(tokens: TokenBuckets): boolean {
  return (tokens.outputTokens ?? 0) > 0 || inputBuckets(tokens).some((count) => (count ?? 0) > 0);
}

/** The canonical id of a reading's model, or what was reported when it is not known; undefined when nothing was. */
export function modelOf({ provider, responseModel, requestModel }: CallReading): string | undefined {
  const reported = responseModel ?? requestModel;
  return reported === undefined ? undefined : (canonicalModel(provider, reported) ?? reported);
}

function inputBuckets(tokens: TokenBuckets): (number | undefined)[] {
  return [
    tokens.uncachedInputTokens,
    tokens.cacheReadTokens,
    tokens.cacheWrite5mTokens,
    tokens.cacheWrite1hTokens,
    tokens.cacheWriteUnknownTokens,
  ];
}
