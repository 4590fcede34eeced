/** One row of the ledger from all evidence of one call: of each column the best report that has a value. */
import type { CallReading, Labels } from "../records.ts";
import type { Evidence, ModelCall, PriceCall } from "../settlement.ts";
import { ID_KINDS, isGiven, modelOf } from "./call-unit.ts";
import type { CallUnit } from "./call-unit.ts";
import { compareText } from "./canonical-order.ts";
import { findDisagreements } from "./disagreements.ts";
import { completeLabels } from "./join-labels.ts";
import { mergeTokens } from "./merge-tokens.ts";
import { notesOnPartialUsage } from "./price-call.ts";
import { evidenceLabels } from "./settle-labels.ts";

/**
 * The key of a unit. Of several ids of a kind the smallest, so that it does not matter which came first. A sum over calls
 * is known by its span or record alone, since ids on it belong to one of the calls.
 */
export function callKeyOf(unit: CallUnit): string {
  const ordered = unit.layers.flat();
  if (unit.scope === "call") {
    for (const { prefix, read } of ID_KINDS) {
      const ids = ordered.map(({ reading }) => read(reading)).filter(isGiven);
      if (ids.length > 0) return `${prefix}:${ids.reduce((least, id) => (id < least ? id : least))}`;
    }
  }
  // The id of evidence has the form of a call key already.
  return placeOf(ordered).evidenceId;
}

/** Settled labels of the span that a piece of evidence belongs to; undefined when the span is not here. */
export type LabelsOfPlace = (evidence: Evidence) => Labels | undefined;

/** The call that a unit makes. */
export function mergeCall(unit: CallUnit, labelsOf: LabelsOfPlace, priceCall: PriceCall): ModelCall {
  const ordered = unit.layers.flat();
  const { counted } = unit;
  const place = placeOf(ordered);
  const { status } = counted.reading;
  const failed = status !== "ok";
  const tokens = mergeTokens(counted, ordered);
  const call = {
    callKey: callKeyOf(unit),
    traceId: place.traceId,
    spanId: place.spanId,
    labels: mergeLabels(ordered, labelsOf),
    service: ordered.find((item) => item.service !== undefined)?.service,
    ...mergeModel(ordered, counted),
    startedUnixNano: place.reading.startedUnixNano,
    endedUnixNano: place.reading.endedUnixNano,
    ttftMs: best(ordered, "ttftMs"),
    status,
    errorType: failed ? best(ordered, "errorType") : undefined,
    errorMessage: failed ? best(ordered, "errorMessage") : undefined,
    attempts: best(ordered, "attempts"),
    finishReason: best(ordered, "finishReason"),
    tokens,
    webSearchRequests: best(ordered, "webSearchRequests"),
    serviceTier: best(ordered, "serviceTier"),
    speed: best(ordered, "speed"),
    inferenceGeo: best(ordered, "inferenceGeo"),
    scope: unit.scope,
    costReportedPicoUsd: best(ordered, "costReportedPicoUsd"),
    layers: distinctSorted(ordered.map((item) => item.dialect)),
    countedFrom: counted.dialect,
    disagreements: findDisagreements(counted, ordered),
    notes: distinctSorted([...ordered.flatMap(({ reading }) => reading.notes), ...notesOnPartialUsage(tokens)]),
  };
  return { ...call, ...priceCall(call) };
}

/** Provider and models. The canonical id is that of the answer, if any layer knows it. */
function mergeModel(
  ordered: readonly Evidence[],
  counted: Evidence,
): Pick<ModelCall, "provider" | "requestModel" | "responseModel" | "model"> {
  const provider = best(ordered, "provider");
  const requestModel = best(ordered, "requestModel");
  const responseModel = best(ordered, "responseModel");
  const model = modelOf({ ...counted.reading, provider, requestModel, responseModel });
  return { provider, requestModel, responseModel, model };
}

/** What the reports state themselves goes before what they inherit. */
function mergeLabels(ordered: readonly Evidence[], labelsOf: LabelsOfPlace): Labels {
  let labels: Labels = {};
  for (const item of ordered) labels = completeLabels(labels, item.labels);
  for (const item of ordered) labels = completeLabels(labels, evidenceLabels(item, labelsOf(item)));
  return labels;
}

/** The report that says where and when: the best span, since log records often know the end alone. */
function placeOf(ordered: readonly Evidence[]): Evidence {
  const place = ordered.find((item) => item.source === "span") ?? ordered[0];
  if (place === undefined) throw new TypeError("a call without evidence cannot be");
  return place;
}

function best<Name extends keyof CallReading>(ordered: readonly Evidence[], name: Name): CallReading[Name] | undefined {
  for (const { reading } of ordered) {
    const value = reading[name];
    if (value !== undefined) return value;
  }
  return undefined;
}

function distinctSorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
