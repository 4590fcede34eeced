/** AnyValue, attributes, resource and scope of OTLP/JSON. Source: opentelemetry/proto/{common,resource}/v1, v1.11.0. */
import { type AttributeDraft, NO_ATTRIBUTES, addAttribute, droppedCount } from "../attributes.ts";
import { MAX_VALUE_DEPTH } from "../limits.ts";
import { note } from "../check-item.ts";
import type { AnyValue, Envelope, KeyValues, Resource, Scope } from "../otlp.ts";
import { undecodable } from "../undecodable.ts";
import {
  type Context,
  type JsonObject,
  doubleOf,
  int64OrDouble,
  isObject,
  objectField,
  objectList,
  takeProblem,
  textField,
  uint32Field,
} from "./fields.ts";

/** The attributes under `field`, with the count of those that were dropped by the sender or by our limits. */
export function attributesField(
  context: Context,
  object: JsonObject,
  field = "attributes",
): { readonly attributes: KeyValues; readonly droppedAttributesCount: number } {
  const draft: AttributeDraft = { map: undefined, dropped: uint32Field(context, object, "droppedAttributesCount") };
  for (const pair of objectList(context, object, field)) {
    addAttribute(draft, textField(context, pair, "key"), anyValue(context, pair["value"], 0));
  }
  return { attributes: draft.map ?? NO_ATTRIBUTES, droppedAttributesCount: droppedCount(draft.dropped) };
}

/** One AnyValue. What cannot be understood becomes a value that is not set, with a note for the sender. */
export function anyValue(context: Context, value: unknown, depth: number): AnyValue {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return unset(context, "an attribute value", 'an object such as {"stringValue": "..."}');
  const text = value["stringValue"];
  if (typeof text === "string") return text.toWellFormed();
  if (value["intValue"] !== undefined && value["intValue"] !== null) {
    const number = int64OrDouble(value["intValue"]);
    return number ?? unset(context, "intValue", "a whole number");
  }
  if (typeof value["boolValue"] === "boolean") return value["boolValue"];
  // Some senders write null for NaN and infinity.
  if (value["doubleValue"] !== undefined) return doubleValue(context, value["doubleValue"]);
  if (isObject(value["arrayValue"])) return arrayValue(context, value["arrayValue"], deeper(depth));
  if (isObject(value["kvlistValue"])) return kvlistValue(context, value["kvlistValue"], deeper(depth));
  if (typeof value["bytesValue"] === "string") return bytesValue(context, value["bytesValue"]);
  for (const field of ["stringValue", "boolValue", "arrayValue", "kvlistValue", "bytesValue"]) {
    if (value[field] !== undefined && value[field] !== null) return unset(context, field, "the type in its name");
  }
  return undefined;
}

function doubleValue(context: Context, value: unknown): AnyValue {
  const problem = context.problem;
  const number = doubleOf(context, value, "doubleValue");
  if (number === undefined && value !== null) unset(context, "doubleValue", "a number");
  context.problem = problem;
  return number;
}

function arrayValue(context: Context, array: JsonObject, depth: number): AnyValue {
  const values = array["values"];
  if (values === undefined || values === null) return [];
  if (!Array.isArray(values)) return unset(context, "arrayValue.values", "an array");
  return values.map((member) => anyValue(context, member, depth));
}

function kvlistValue(context: Context, list: JsonObject, depth: number): AnyValue {
  const values = list["values"];
  const map = new Map<string, AnyValue>();
  if (values === undefined || values === null) return map;
  if (!Array.isArray(values)) return unset(context, "kvlistValue.values", "an array");
  for (const pair of values as readonly unknown[]) {
    if (isObject(pair)) map.set(textField(context, pair, "key"), anyValue(context, pair["value"], depth));
    else unset(context, "kvlistValue.values", "objects with key and value");
  }
  return map;
}

function bytesValue(context: Context, text: string): AnyValue {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return unset(context, "bytesValue", "base64");
  return new Uint8Array(Buffer.from(text, "base64"));
}

function deeper(depth: number): number {
  if (depth >= MAX_VALUE_DEPTH) throw undecodable("attributes", `a value has more than ${MAX_VALUE_DEPTH} levels`);
  return depth + 1;
}

function unset(context: Context, field: string, expected: string): undefined {
  note(context.tally, `${field}: expected ${expected}; the value was left unset`);
}

/** The three levels of a request: resources, scopes, items. Only the names of the fields differ between signals. */
export interface EnvelopeFields {
  readonly resources: string;
  readonly scopes: string;
  readonly items: string;
}

/** Reads every envelope that has items. A wrong resource or scope makes the body undecodable; items judge themselves. */
export function readEnvelopes<Item>(
  context: Context,
  request: JsonObject,
  fields: EnvelopeFields,
  readItem: (item: unknown) => Item | undefined,
): Envelope<Item>[] {
  const envelopes: Envelope<Item>[] = [];
  for (const group of objectList(context, request, fields.resources)) {
    const resource = readResource(context, group);
    for (const scoped of objectList(context, group, fields.scopes)) {
      const scope = readScope(context, scoped);
      const list = scoped[fields.items];
      if (list !== undefined && list !== null && !Array.isArray(list))
        throw undecodable(fields.items, "expected an array");
      refuse(context);
      const items: Item[] = [];
      for (const raw of (list ?? []) as readonly unknown[]) {
        const item = readItem(raw);
        if (item !== undefined) items.push(item);
      }
      if (items.length > 0) envelopes.push({ resource, scope, items });
    }
  }
  refuse(context);
  return envelopes;
}

function refuse(context: Context): void {
  const problem = takeProblem(context);
  if (problem !== undefined) throw undecodable("body", problem);
}

function readResource(context: Context, group: JsonObject): Resource {
  const resource = objectField(context, group, "resource");
  return { ...attributesField(context, resource), schemaUrl: textField(context, group, "schemaUrl") };
}

function readScope(context: Context, scoped: JsonObject): Scope {
  const scope = objectField(context, scoped, "scope");
  return {
    name: textField(context, scope, "name"),
    version: textField(context, scope, "version"),
    ...attributesField(context, scope),
    schemaUrl: textField(context, scoped, "schemaUrl"),
  };
}
