import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { DIALECTS_FOLDER, dialectFolders, normaliseJson, readCases } from "../test-support/cases.ts";
import { DIALECTS } from "./registry.ts";

const SOURCE_FOLDER = fileURLToPath(new URL("../../", DIALECTS_FOLDER));

describe("the registry of dialects", () => {
  it("has one dialect a folder, named alike", () => {
    const folders = dialectFolders().map((folder) => folder.replaceAll("-", "_"));

    expect(DIALECTS.map(({ id }) => id).sort()).toStrictEqual(folders.toSorted());
    expect(new Set(folders).size).toBe(DIALECTS.length);
  });

  it("ends with the dialect that recognises everything", () => {
    expect(DIALECTS.at(-1)?.id).toBe("unknown");
  });

  it("gives every dialect a title, a reference, versions and the four headings of its header", () => {
    for (const dialect of DIALECTS) {
      expect([dialect.title, dialect.reference, dialect.versions].every((text) => text.length > 2)).toBe(true);
      const source = readFileSync(new URL(`${dialect.id.replaceAll("_", "-")}/index.ts`, DIALECTS_FOLDER), "utf8");
      for (const heading of ["Handles: ", "Reference: ", "Recognised by: ", "Produces: "]) {
        expect(source).toContain(` * ${heading}`);
      }
    }
  });

  it("is the only place beside its folder that knows a dialect's id", () => {
    const own = (file: string): boolean => file.includes("normalise/dialects/") || file.endsWith(".test.ts");
    const files = sourceFiles().filter((file) => !own(file) && !file.includes("test-support"));
    // An id of one ordinary word means something else in other parts of the collector.
    const isSearched = (file: string, id: string): boolean => id.includes("_") || file.includes("normalise/");
    const knowing = files.filter((file) => DIALECTS.some(({ id }) => isSearched(file, id) && mentions(file, id)));

    expect(files.length).toBeGreaterThan(10);
    expect(knowing).toStrictEqual([]);
  });

  it("has dialects that do not know each other", () => {
    for (const { id } of DIALECTS) {
      const folder = `normalise/dialects/${id.replaceAll("_", "-")}/`;
      const files = sourceFiles().filter((file) => file.includes(folder));
      const others = DIALECTS.filter((other) => other.id !== id);

      expect(files.length).toBeGreaterThan(0);
      expect(files.filter((file) => others.some((other) => mentions(file, other.id)))).toStrictEqual([]);
    }
  });

  it("gives labels of the resource to every dialect's spans and records that have none of their own", () => {
    const label = { key: "user.id", value: { stringValue: "from-the-resource" } };
    for (const { content } of readCases()) {
      const otlp = structuredClone(content.otlp) as { [key: string]: { resource: { attributes: unknown[] } }[] };
      for (const group of Object.values(otlp).flat()) group.resource.attributes.push(label);
      const batch = normaliseJson(otlp as never);
      const items = [
        ...batch.spans.map(({ span, reading }) => ({ attributes: span.attributes, reading })),
        ...batch.logs.map(({ log, reading }) => ({ attributes: log.attributes, reading })),
      ];

      expect(items.length).toBeGreaterThan(0);
      for (const { attributes, reading } of items) {
        expect(reading.labels.userId).toBe(attributes.get("user.id") ?? "from-the-resource");
      }
    }
  });
});

describe("the order of the registry", () => {
  const genAi = [
    { key: "gen_ai.operation.name", value: { stringValue: "chat" } },
    { key: "gen_ai.provider.name", value: { stringValue: "anthropic" } },
  ];

  const mixed = (key: string): GenAiAttribute => ({ key, value: { stringValue: "LLM" } });

  it.each([
    ["com.anthropic.claude_code.tracing", genAi, "claude_code"],
    ["com.anthropic.sdk.typescript", genAi, "anthropic_sdk"],
    ["com.anthropic.claude-platform", genAi, "claude_platform"],
    ["com.anthropic.sdk.python.bedrock", [], "anthropic_sdk"],
    ["@phasewise/sdk", genAi, "phasewise"],
    ["@phasewise/sdk-of-somebody", genAi, "otel_genai"],
    ["any.other.scope", genAi, "otel_genai"],
    ["gen_ai", genAi, "vercel_ai"],
    ["com.anthropic.sdk.typescript", [mixed("openinference.span.kind")], "anthropic_sdk"],
    ["any.other.scope", [...genAi, mixed("openinference.span.kind"), mixed("traceloop.entity.path")], "openinference"],
    ["any.other.scope", [...genAi, mixed("ai.operationId"), mixed("traceloop.entity.path")], "vercel_ai"],
    ["any.other.scope", [...genAi, mixed("traceloop.entity.path")], "traceloop"],
    ["any.other.scope", [], "unknown"],
    ["", [], "unknown"],
  ])("reads a span of scope %j with GenAI attributes %j as %s", (scope, attributes, expected) => {
    const [record] = normaliseJson(oneSpan(scope, attributes)).spans;

    expect(record?.reading.dialect).toBe(expected);
  });

  it("lets the scope of the writer go before the name of the event", () => {
    const record = (scope: string, eventName: string): unknown =>
      normaliseJson({
        resourceLogs: [{ scopeLogs: [{ scope: { name: scope }, logRecords: [{ timeUnixNano: "1", eventName }] }] }],
      }).logs[0]?.reading.dialect;

    expect(record("com.anthropic.claude_code.events", "phasewise.heartbeat")).toBe("claude_code");
    expect(record("a.python.agent", "phasewise.heartbeat")).toBe("phasewise");
    expect(record("a.python.agent", "gen_ai.evaluation.result")).toBe("otel_genai");
    expect(record("a.python.agent", "order.sent")).toBe("unknown");
  });
});

function oneSpan(scope: string, attributes: readonly GenAiAttribute[]): Parameters<typeof normaliseJson>[0] {
  const span = {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    name: "x",
    startTimeUnixNano: "1",
    endTimeUnixNano: "2",
    attributes,
  };
  return { resourceSpans: [{ scopeSpans: [{ scope: { name: scope }, spans: [span] }] }] };
}

interface GenAiAttribute {
  readonly [key: string]: string | { readonly stringValue: string };
}

/** Whether a file has the id as a word in quotes. */
function mentions(file: string, id: string): boolean {
  const text = readFileSync(SOURCE_FOLDER + file, "utf8");
  return [`"${id}"`, `'${id}'`, `\`${id}\``].some((quoted) => withoutComments(text).includes(quoted));
}

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*(?:\*|\/\*|\/\/).*$/gmu, "");
}

function sourceFiles(): readonly string[] {
  return readdirSync(SOURCE_FOLDER, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
}
