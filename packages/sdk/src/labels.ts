import {
  context,
  createContextKey,
  propagation,
  type AttributeValue,
  type Baggage,
  type Context,
} from "@opentelemetry/api";
import {
  ATTR_AGENT_ID,
  ATTR_AGENT_NAME,
  ATTR_AGENT_PARENT,
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_PHASE_ENTRY,
  ATTR_PHASE_NAME,
  ATTR_RUN_ID,
  ATTR_RUN_NAME,
  ATTR_SESSION_ID,
  ATTR_USER_ID,
} from "@phasewise/semconv";
import { currentOptions } from "./state.ts";

/** Attributes that everything below a run, phase or agent carries, by attribute name. */
export type Labels = Readonly<Record<string, string | number>>;

/** A change of labels: undefined takes a label away. */
export type LabelsPatch = Readonly<Record<string, string | number | undefined>>;

/** Attribute names that are labels. Only these are taken from a parent process or from baggage. */
export const LABEL_NAMES: readonly string[] = [
  ATTR_RUN_ID,
  ATTR_RUN_NAME,
  ATTR_PHASE_NAME,
  ATTR_PHASE_ENTRY,
  ATTR_AGENT_NAME,
  ATTR_AGENT_ID,
  ATTR_AGENT_PARENT,
  ATTR_SESSION_ID,
  ATTR_USER_ID,
  ATTR_GEN_AI_CONVERSATION_ID,
];

const EMPTY: Labels = Object.freeze({});
// The key is the same symbol in every copy of this package, so that copies see each other's labels.
const LABELS_KEY = createContextKey("phasewise.labels");

/** Keeps the known labels of a set of texts; the phase entry becomes a number. */
export function labelsFromTexts(texts: Readonly<Record<string, string | undefined>>): Labels {
  const labels: Record<string, string | number> = {};
  for (const name of LABEL_NAMES) {
    const value = texts[name];
    if (value === undefined || value === "") continue;
    if (name !== ATTR_PHASE_ENTRY) labels[name] = value;
    else if (/^[1-9]\d{0,8}$/.test(value)) labels[name] = Number(value);
  }
  return labels;
}

function labelsFromBaggage(from: Context): Labels {
  const baggage = propagation.getBaggage(from);
  if (baggage === undefined) return EMPTY;
  const texts = LABEL_NAMES.map((name) => [name, baggage.getEntry(name)?.value] as const);
  return labelsFromTexts(Object.fromEntries(texts));
}

/** Labels of a context; never undefined. */
export function labelsOf(from: Context = context.active()): Labels {
  const labels = from.getValue(LABELS_KEY) as Labels | undefined;
  if (labels !== undefined) return labels;
  return currentOptions().baggage ? labelsFromBaggage(from) : EMPTY;
}

function withBaggage(onto: Context, labels: Labels): Context {
  let baggage: Baggage = propagation.getBaggage(onto) ?? propagation.createBaggage();
  for (const name of LABEL_NAMES) {
    const value = labels[name];
    baggage = value === undefined ? baggage.removeEntry(name) : baggage.setEntry(name, { value: String(value) });
  }
  return propagation.setBaggage(onto, baggage);
}

/** The labels after a change. */
export function mergeLabels(labels: Labels, patch: LabelsPatch): Labels {
  const merged: Record<string, string | number> = { ...labels };
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) delete merged[name];
    else merged[name] = value;
  }
  return Object.freeze(merged);
}

/** The same context with these labels instead of its own. */
export function setLabels(onto: Context, labels: Labels): Context {
  const labelled = onto.setValue(LABELS_KEY, labels);
  return currentOptions().baggage ? withBaggage(labelled, labels) : labelled;
}

/** What a span or log record offers to be labelled. */
export interface Labelled {
  readonly attributes: Readonly<Record<string, unknown>>;
  setAttribute(name: string, value: AttributeValue): unknown;
}

/** Puts labels on a span or record. What it says of itself stays. */
export function stamp(target: Labelled, labels: Labels): void {
  for (const name in labels) {
    const value = labels[name];
    if (value !== undefined && target.attributes[name] === undefined) target.setAttribute(name, value);
  }
}
