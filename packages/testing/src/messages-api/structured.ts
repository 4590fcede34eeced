/** The smallest value that a JSON schema allows, as an answer to a request for structured output. */
export function exampleOf(schema: unknown, name: string = "value"): unknown {
  if (typeof schema !== "object" || schema === null) return null;
  const node = schema as Readonly<Record<string, unknown>>;
  if ("const" in node) return node["const"];
  if (Array.isArray(node["enum"])) return node["enum"][0];
  const choices = node["anyOf"] ?? node["oneOf"];
  if (Array.isArray(choices)) return exampleOf(choices[0], name);
  const type = Array.isArray(node["type"]) ? node["type"][0] : node["type"];
  switch (type) {
    case "object":
      return exampleObject(node);
    case "array":
      return Number(node["minItems"] ?? 0) > 0 ? [exampleOf(node["items"], name)] : [];
    case "string":
      return name;
    case "integer":
    case "number":
      return Number(node["minimum"] ?? 0);
    case "boolean":
      return false;
    default:
      return null;
  }
}

function exampleObject(node: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const properties = (node["properties"] ?? {}) as Readonly<Record<string, unknown>>;
  const required = Array.isArray(node["required"]) ? node["required"].map(String) : Object.keys(properties);
  return Object.fromEntries(required.map((key) => [key, exampleOf(properties[key], key)]));
}
