/**
 * Identity by content. The canonical text is prefix-free (every part carries its length or an end mark), so two
 * different contents never have the same text, and it does not depend on the order of attributes.
 */
import { hash } from "node:crypto";
import type { AnyValue, KeyValues, LogRecord, Metric, Resource, Scope } from "../decode/otlp.ts";

/** Digits of an id: 128 bits, which is plenty against accident; ids are not a defence against forgery. */
const ID_DIGITS = 32;

/** Id of a resource: 32 hex digits over its attributes and schema. */
export function resourceIdOf(resource: Resource): string {
  return idOf(
    `r${canonicalText(resource.schemaUrl)}${canonicalAttributes(resource.attributes)}${resource.droppedAttributesCount}`,
  );
}

/** Id of a scope: 32 hex digits over its name, version, attributes and schema. */
export function scopeIdOf(scope: Scope): string {
  return idOf(
    `c${canonicalText(scope.name)}${canonicalText(scope.version)}${canonicalText(scope.schemaUrl)}` +
      `${canonicalAttributes(scope.attributes)}${scope.droppedAttributesCount}`,
  );
}

/**
 * Id of a log record: 32 hex digits. `occurrence` counts equal records of one request from 0, so that two lines of the
 * same text in the same millisecond stay two, while the same request delivered again gives the same ids.
 */
export function logIdOf(log: LogRecord, origin: OriginIds, occurrence: number): string {
  const content = logContentOf(log, origin);
  return idOf(occurrence === 0 ? content : `${content}#${occurrence}`);
}

/** Everything that tells one log record from another, as canonical text. */
function logContentOf(log: LogRecord, origin: OriginIds): string {
  return (
    `l${origin.resourceId}${origin.scopeId}${log.timeUnixNano},${log.observedTimeUnixNano},${log.severityNumber},` +
    `${log.flags},${canonicalText(log.traceId)}${canonicalText(log.spanId)}${canonicalText(log.eventName)}` +
    `${canonicalText(log.severityText)}${canonicalValue(log.body)}${canonicalAttributes(log.attributes)}`
  );
}

/** What a point has in common for its id, whatever its kind. */
export interface PointContent {
  readonly metric: Metric;
  readonly attributes: KeyValues;
  readonly startUnixNano: bigint;
  readonly timeUnixNano: bigint;
  readonly flags: number;
  /** The numbers of the point, in a fixed order. */
  readonly values: readonly (bigint | number | string | undefined)[];
}

/** Id of a metric point: 32 hex digits over its series, times and numbers. */
export function pointIdOf(point: PointContent, origin: OriginIds): string {
  const { metric } = point;
  let text = `p${origin.resourceId}${origin.scopeId}${metric.type}${canonicalText(metric.name)}`;
  text += `${canonicalText(metric.unit)}${point.startUnixNano},${point.timeUnixNano},${point.flags},`;
  for (const value of point.values) text += canonicalValue(value);
  return idOf(text + canonicalAttributes(point.attributes));
}

/** The ids of the envelope. */
export interface OriginIds {
  readonly resourceId: string;
  readonly scopeId: string;
}

function idOf(text: string): string {
  return hash("sha256", text, "hex").slice(0, ID_DIGITS);
}

function canonicalText(text: string): string {
  return `${text.length}:${text}`;
}

function canonicalAttributes(attributes: KeyValues): string {
  let text = "{";
  for (const key of [...attributes.keys()].sort()) {
    text += `${key.length}:${key}${canonicalValue(attributes.get(key))}`;
  }
  return `${text}}`;
}

function canonicalValue(value: AnyValue): string {
  switch (typeof value) {
    case "string":
      return `s${value.length}:${value}`;
    case "bigint":
      return `i${value};`;
    case "number":
      return Object.is(value, -0) ? "d-0;" : `d${value};`;
    case "boolean":
      return value ? "t" : "f";
    case "undefined":
      return "u";
    default:
      return canonicalStructure(value);
  }
}

function canonicalStructure(value: Uint8Array | readonly AnyValue[] | KeyValues): string {
  if (value instanceof Uint8Array) return `x${canonicalText(Buffer.from(value).toString("base64"))}`;
  if (isList(value)) {
    let text = "[";
    for (const item of value) text += canonicalValue(item);
    return `${text}]`;
  }
  return canonicalAttributes(value);
}

function isList(value: readonly AnyValue[] | KeyValues): value is readonly AnyValue[] {
  return Array.isArray(value);
}
