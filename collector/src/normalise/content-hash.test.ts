import { describe, expect, it } from "vitest";
import type { AnyValue, LogRecord, Resource } from "../decode/otlp.ts";
import { logIdOf, resourceIdOf, scopeIdOf } from "./content-hash.ts";

const ORIGIN = { resourceId: "r", scopeId: "s" };
const LOG: LogRecord = {
  timeUnixNano: 1n,
  observedTimeUnixNano: 2n,
  severityNumber: 9,
  severityText: "INFO",
  body: "text",
  attributes: new Map([["a", "b"]]),
  droppedAttributesCount: 0,
  flags: 1,
  traceId: "t",
  spanId: "p",
  eventName: "e",
};

function resource(attributes: readonly (readonly [string, AnyValue])[]): Resource {
  return { attributes: new Map(attributes), droppedAttributesCount: 0, schemaUrl: "" };
}

describe("ids by content", () => {
  it("are 32 hex digits and do not depend on the order of attributes, at any depth", () => {
    const one = resource([
      ["a", 1n],
      ["b", new Map<string, AnyValue>([["x", true], ["y", ["z"]]])], // prettier-ignore
    ]);
    const other = resource([
      ["b", new Map<string, AnyValue>([["y", ["z"]], ["x", true]])], // prettier-ignore
      ["a", 1n],
    ]);

    expect(resourceIdOf(one)).toMatch(/^[0-9a-f]{32}$/u);
    expect(resourceIdOf(other)).toBe(resourceIdOf(one));
  });

  it("tell apart contents that look alike", () => {
    const values: AnyValue[] = [
      "1",
      1n,
      1,
      "true",
      true,
      false,
      undefined,
      "",
      [],
      [""],
      [[], []],
      [["1"]],
      ["1", "2"],
      ["12"],
      new Map(),
      new Map([["", ""]]),
      new Map([["1", "1"]]),
      new Uint8Array(),
      new Uint8Array([49]),
      Number.NaN,
      0,
      -0,
    ];
    const ids = values.map((value) => resourceIdOf(resource([["k", value]])));
    const shifted = [
      resourceIdOf(resource([["ab", "c"]])),
      resourceIdOf(resource([["a", "bc"]])),
      resourceIdOf(resource([["a", "b"], ["c", "d"]])), // prettier-ignore
      resourceIdOf(resource([["a", "b1:cs1:d"]])),
      resourceIdOf(resource([])),
      resourceIdOf({ ...resource([]), schemaUrl: "x" }),
    ];

    expect(new Set([...ids, ...shifted]).size).toBe(ids.length + shifted.length);
  });

  it("of scopes depend on name, version, schema and attributes", () => {
    const scope = { ...resource([["a", 1n]]), name: "n", version: "v" };
    const others = [
      { ...scope, name: "nv", version: "" },
      { ...scope, version: "w" },
      { ...scope, schemaUrl: "x" },
      { ...scope, attributes: new Map([["a", 2n]]) },
    ];

    expect(new Set([scope, ...others].map(scopeIdOf)).size).toBe(5);
    expect(scopeIdOf({ ...scope })).toBe(scopeIdOf(scope));
  });

  it("of log records depend on every field and on the occurrence", () => {
    const changes: Partial<LogRecord>[] = [
      { timeUnixNano: 9n },
      { observedTimeUnixNano: 9n },
      { severityNumber: 10 },
      { severityText: "WARN" },
      { body: "other" },
      { attributes: new Map([["a", "c"]]) },
      { flags: 0 },
      { traceId: "tp", spanId: "" },
      { spanId: "q" },
      { eventName: "f" },
    ];
    const ids = [
      logIdOf(LOG, ORIGIN, 0),
      logIdOf(LOG, ORIGIN, 1),
      logIdOf(LOG, { ...ORIGIN, resourceId: "other" }, 0),
      ...changes.map((change) => logIdOf({ ...LOG, ...change }, ORIGIN, 0)),
    ];

    expect(new Set(ids).size).toBe(changes.length + 3);
    expect(logIdOf({ ...LOG }, { ...ORIGIN }, 0)).toBe(ids[0]);
  });
});
