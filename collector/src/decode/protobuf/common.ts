/** AnyValue, attributes, resource and scope. Source: opentelemetry/proto/{common,resource}/v1, v1.11.0. */
import { type AttributeDraft, NO_ATTRIBUTES, addAttribute, droppedCount } from "../attributes.ts";
import { MAX_VALUE_DEPTH } from "../limits.ts";
import type { AnyValue, Envelope, Resource, Scope } from "../otlp.ts";
import { BYTES, FIXED64, type Reader, VARINT, fieldSet } from "./reader.ts";

const KEY_VALUE_FIELDS = fieldSet(1, 2);
const ANY_VALUE_FIELDS = fieldSet(1, 2, 3, 4, 5, 6, 7);
const LIST_FIELDS = fieldSet(1);
const SCOPE_FIELDS = fieldSet(1, 2, 3, 4);
const RESOURCE_FIELDS = fieldSet(1, 2);
const GROUP_FIELDS = fieldSet(1, 2, 3);

/** Reads one KeyValue into a draft. */
export function readAttribute(reader: Reader, draft: AttributeDraft): void {
  const outer = reader.enter();
  let key = "";
  let value: AnyValue;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) key = reader.text();
    else if (tag === ((2 << 3) | BYTES)) value = readAnyValue(reader, value, 0);
    else reader.skip(tag, KEY_VALUE_FIELDS);
  }
  reader.leave(outer);
  addAttribute(draft, key, value);
}

/** Reads one AnyValue. `before` is what an earlier occurrence of the same field said: messages merge. */
export function readAnyValue(reader: Reader, before: AnyValue, depth: number): AnyValue {
  const outer = reader.enter();
  let value = before;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case (1 << 3) | BYTES:
        value = reader.text();
        break;
      case (2 << 3) | VARINT:
        value = reader.bool();
        break;
      case (3 << 3) | VARINT:
        value = reader.int64();
        break;
      case (4 << 3) | FIXED64:
        value = reader.double();
        break;
      case (5 << 3) | BYTES:
        value = readArray(reader, value, depth);
        break;
      case (6 << 3) | BYTES:
        value = readKeyValueList(reader, value, depth);
        break;
      case (7 << 3) | BYTES:
        value = reader.copy();
        break;
      default:
        reader.skip(tag, ANY_VALUE_FIELDS);
    }
  }
  reader.leave(outer);
  return value;
}

function readArray(reader: Reader, before: AnyValue, depth: number): AnyValue {
  if (depth >= MAX_VALUE_DEPTH) throw reader.fail(`a value has more than ${MAX_VALUE_DEPTH} levels`);
  const values: AnyValue[] = Array.isArray(before) ? [...(before as readonly AnyValue[])] : [];
  const outer = reader.enter();
  while (reader.position < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) values.push(readAnyValue(reader, undefined, depth + 1));
    else reader.skip(tag, LIST_FIELDS);
  }
  reader.leave(outer);
  return values;
}

function readKeyValueList(reader: Reader, before: AnyValue, depth: number): AnyValue {
  if (depth >= MAX_VALUE_DEPTH) throw reader.fail(`a value has more than ${MAX_VALUE_DEPTH} levels`);
  const map = new Map<string, AnyValue>(before instanceof Map ? (before as ReadonlyMap<string, AnyValue>) : undefined);
  const outer = reader.enter();
  while (reader.position < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) readPair(reader, map, depth + 1);
    else reader.skip(tag, LIST_FIELDS);
  }
  reader.leave(outer);
  return map;
}

function readPair(reader: Reader, map: Map<string, AnyValue>, depth: number): void {
  const outer = reader.enter();
  let key = "";
  let value: AnyValue;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) key = reader.text();
    else if (tag === ((2 << 3) | BYTES)) value = readAnyValue(reader, value, depth);
    else reader.skip(tag, KEY_VALUE_FIELDS);
  }
  reader.leave(outer);
  map.set(key, value);
}

/** Reads one item (a span, log record or metric) from its length on; undefined when it was refused. */
export type ReadItem<Item> = (reader: Reader) => Item | undefined;

interface ResourceDraft extends AttributeDraft {
  schemaUrl: string;
}

interface ScopeDraft<Item> extends ResourceDraft {
  name: string;
  version: string;
  readonly items: Item[];
}

/** Reads a whole request (of any signal: the three levels have the same field numbers) into envelopes that have items. */
export function readEnvelopes<Item>(reader: Reader, readItem: ReadItem<Item>): Envelope<Item>[] {
  const envelopes: Envelope<Item>[] = [];
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) readGroup(reader, readItem, envelopes);
    else reader.skip(tag, LIST_FIELDS);
  }
  return envelopes;
}

function readGroup<Item>(reader: Reader, readItem: ReadItem<Item>, envelopes: Envelope<Item>[]): void {
  const outer = reader.enter();
  const draft: ResourceDraft = { map: undefined, dropped: 0, schemaUrl: "" };
  const scopes: ScopeDraft<Item>[] = [];
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) readResource(reader, draft);
    else if (tag === ((2 << 3) | BYTES)) scopes.push(readScoped(reader, readItem));
    else if (tag === ((3 << 3) | BYTES)) draft.schemaUrl = reader.text();
    else reader.skip(tag, GROUP_FIELDS);
  }
  reader.leave(outer);
  const resource: Resource = {
    attributes: draft.map ?? NO_ATTRIBUTES,
    droppedAttributesCount: droppedCount(draft.dropped),
    schemaUrl: draft.schemaUrl,
  };
  for (const { name, version, map, dropped, schemaUrl, items } of scopes) {
    if (items.length === 0) continue;
    const scope: Scope = {
      name,
      version,
      attributes: map ?? NO_ATTRIBUTES,
      droppedAttributesCount: droppedCount(dropped),
      schemaUrl,
    };
    envelopes.push({ resource, scope, items });
  }
}

function readScoped<Item>(reader: Reader, readItem: ReadItem<Item>): ScopeDraft<Item> {
  const draft: ScopeDraft<Item> = { name: "", version: "", map: undefined, dropped: 0, schemaUrl: "", items: [] };
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) readScope(reader, draft);
    else if (tag === ((2 << 3) | BYTES)) {
      const item = readItem(reader);
      if (item !== undefined) draft.items.push(item);
    } else if (tag === ((3 << 3) | BYTES)) draft.schemaUrl = reader.text();
    else reader.skip(tag, GROUP_FIELDS);
  }
  reader.leave(outer);
  return draft;
}

function readResource(reader: Reader, draft: ResourceDraft): void {
  const sent: AttributeDraft = { map: draft.map, dropped: 0 };
  let count: number | undefined;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) readAttribute(reader, sent);
    else if (tag === ((2 << 3) | VARINT)) count = reader.uint32();
    else reader.skip(tag, RESOURCE_FIELDS);
  }
  reader.leave(outer);
  draft.map = sent.map;
  draft.dropped = (count ?? draft.dropped) + sent.dropped;
}

function readScope(reader: Reader, draft: ScopeDraft<unknown>): void {
  const sent: AttributeDraft = { map: draft.map, dropped: 0 };
  let count: number | undefined;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | BYTES)) draft.name = reader.text();
    else if (tag === ((2 << 3) | BYTES)) draft.version = reader.text();
    else if (tag === ((3 << 3) | BYTES)) readAttribute(reader, sent);
    else if (tag === ((4 << 3) | VARINT)) count = reader.uint32();
    else reader.skip(tag, SCOPE_FIELDS);
  }
  reader.leave(outer);
  draft.map = sent.map;
  draft.dropped = (count ?? draft.dropped) + sent.dropped;
}
