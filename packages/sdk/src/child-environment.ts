import { context, defaultTextMapGetter, ROOT_CONTEXT, type Context } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { labelsFromTexts, labelsOf, setLabels, type Labels } from "./labels.ts";
import { processEnvironment, text, type Environment } from "./options.ts";
import { formatResourceAttributes, LONGEST_VALUE, parseResourceAttributes } from "./resource-attributes.ts";

/** Variables that carry trace and labels into a child process. */
export const CHILD_VARIABLES = ["TRACEPARENT", "TRACESTATE", "OTEL_RESOURCE_ATTRIBUTES"] as const;

const propagator = new W3CTraceContextPropagator();
const setter = {
  set: (carrier: Record<string, string>, key: string, value: string): void => void (carrier[key] = value),
};

/** The resource attributes of a child: its own, then the labels; undefined when the child's own are malformed. */
function mergedResourceAttributes(
  own: string | undefined,
  inherited: string | undefined,
  labels: Labels,
): string | undefined {
  const attributes = parseResourceAttributes(own ?? "");
  const before = parseResourceAttributes(inherited ?? "");
  if (attributes === undefined) return undefined;
  // Labels that this process got from its own parent are old; whatever else is there was put there on purpose.
  for (const name of Object.keys(labelsFromTexts(Object.fromEntries(attributes)))) {
    if (name.startsWith("phasewise.") && attributes.get(name) === before?.get(name)) attributes.delete(name);
  }
  for (const [name, value] of Object.entries(labels)) {
    const label = String(value);
    if (attributes.has(name) && attributes.get(name) !== before?.get(name)) continue;
    if (label.length <= LONGEST_VALUE) attributes.set(name, label);
  }
  return formatResourceAttributes(attributes);
}

/**
 * The variables that a child process needs, given what it would get without us. A variable that the caller set itself,
 * that is, other than this process has it, stays as it is; resource attributes are merged.
 */
export function childVariables(
  child: Environment,
  own: Environment = processEnvironment(),
  from: Context = context.active(),
): Record<string, string> {
  const variables: Record<string, string> = {};
  const carrier: Record<string, string> = {};
  propagator.inject(from, carrier, setter);
  const { traceparent, tracestate } = carrier;
  const parentIsFree = child["TRACEPARENT"] === undefined || child["TRACEPARENT"] === own["TRACEPARENT"];
  if (traceparent !== undefined && parentIsFree) {
    variables["TRACEPARENT"] = traceparent;
    // An inherited trace state belongs to the inherited parent, so it goes with it.
    if (tracestate !== undefined || child["TRACESTATE"] !== undefined) variables["TRACESTATE"] = tracestate ?? "";
  }
  const labels = labelsOf(from);
  const resource = child["OTEL_RESOURCE_ATTRIBUTES"];
  if (Object.keys(labels).length > 0) {
    const merged = mergedResourceAttributes(resource, own["OTEL_RESOURCE_ATTRIBUTES"], labels);
    if (merged !== undefined) variables["OTEL_RESOURCE_ATTRIBUTES"] = merged;
  }
  return variables;
}

/**
 * An environment for a child process that continues the active trace and carries the current labels. Pass it as the
 * `env` of `spawnSync`, a worker, a container: wherever the variables do not go by themselves.
 */
export function childEnvironment(base: Environment = processEnvironment()): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) if (value !== undefined) environment[name] = value;
  return Object.assign(environment, childVariables(base));
}

/** The context that a parent process left for this one: its span and its labels. */
export function inheritedContext(env: Environment, own: Labels = {}): Context {
  const carrier = { traceparent: text(env, "TRACEPARENT"), tracestate: text(env, "TRACESTATE") };
  const extracted = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
  const attributes = parseResourceAttributes(env["OTEL_RESOURCE_ATTRIBUTES"] ?? "") ?? new Map<string, string>();
  const labels = { ...labelsFromTexts(Object.fromEntries(attributes)), ...own };
  return Object.keys(labels).length === 0 ? extracted : setLabels(extracted, labels);
}
