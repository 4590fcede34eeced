/** Checks a document against the schema of price files; every problem is one sentence that says where it is. */
import { Value } from "typebox/value";
import { PRICE_FILE_SCHEMA } from "./schema.ts";

type SchemaError = ReturnType<typeof Value.Errors>[number];

/** What is wrong, e.g. `prices[0].input: expected price of ..., got "free"`. Empty when nothing is. */
export function schemaProblems(document: unknown): readonly string[] {
  const errors = Value.Errors(PRICE_FILE_SCHEMA, document);
  return [...new Set(errors.flatMap((error) => problemsOf(error, document)))];
}

/** Text of a place in the document, e.g. `prices[0].input`; the document itself is `the file`. */
export function placeText(path: readonly string[]): string {
  if (path.length === 0) return "the file";
  return path.map((step, at) => (/^\d+$/.test(step) ? `[${step}]` : at === 0 ? step : `.${step}`)).join("");
}

/** A value as it may stand in a message. */
export function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

function problemsOf(error: SchemaError, document: unknown): readonly string[] {
  const path = error.instancePath.split("/").slice(1).map(unescaped);
  switch (error.keyword) {
    case "boolean":
      // Says of a key what "additionalProperties" says of the object that it is in.
      return [];
    case "additionalProperties": {
      const known = Object.keys(schemaAt(path)["properties"] ?? {}).join(", ");
      return error.params.additionalProperties.map(
        (name) => `${placeText([...path, name])}: expected one of ${known}, got the unknown key "${name}"`,
      );
    }
    case "required":
      return error.params.requiredProperties.map(
        (name) => `${placeText([...path, name])}: expected ${expected([...path, name])}, got nothing`,
      );
    default: {
      const value = valueAt(document, path);
      return [`${placeText(path)}: expected ${expected(path)}, got ${valueText(value)}`];
    }
  }
}

function expected(path: readonly string[]): string {
  const description = schemaAt(path)["description"];
  return typeof description === "string" ? description : "another value";
}

interface SchemaNode {
  readonly description?: unknown;
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

/** The part of the schema that a place in the document is checked against. */
function schemaAt(path: readonly string[]): SchemaNode {
  let node: SchemaNode = PRICE_FILE_SCHEMA;
  for (const step of path) node = node.items ?? node.properties?.[step] ?? {};
  return node;
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const step of path) {
    value =
      typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[step] : undefined;
  }
  return value;
}

/** A step of a JSON pointer (RFC 6901). */
function unescaped(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}
