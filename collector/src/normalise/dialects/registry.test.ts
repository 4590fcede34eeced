import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { DIALECTS_FOLDER, dialectFolders, normaliseJson, readCases } from "../test-support/cases.ts";
import { SPAN_OPERATIONS } from "../records.ts";
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
    const isSearched = (file: string, id: string): boolean =>
      !isOperation(id) && (id.includes("_") || file.includes("normalise/"));
    const knowing = files.filter((file) => DIALECTS.some(({ id }) => isSearched(file, id) && mentions(file, id)));

    expect(files.length).toBeGreaterThan(10);
    expect(knowing).toStrictEqual([]);
  });

  it("has dialects that do not know each other", () => {
    for (const { id } of DIALECTS) {
      const folder = `normalise/dialects/${id.replaceAll("_", "-")}/`;
      const files = sourceFiles().filter((file) => file.includes(folder));
      const others = DIALECTS.filter((other) => other.id !== id && !isOperation(other.id));

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

  /** The names of every dialect that is told by names, in the order of the registry. */
  const everyName = [
    mixed("langfuse.observation.type"),
    mixed("openinference.span.kind"),
    mixed("ai.operationId"),
    mixed("mastra.span.type"),
    mixed("langsmith.span.kind"),
    mixed("lmnr.span.path"),
    mixed("llm.request.type"),
    mixed("mcp.method.name"),
    ...genAi,
  ];

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
    ["any.other.scope", [...genAi, mixed("mcp.method.name")], "mcp"],
    ["any.other.scope", [...genAi, mixed("mastra.span.type")], "mastra"],
    ["any.other.scope", [...genAi, mixed("langsmith.span.kind")], "langsmith"],
    ["any.other.scope", [...genAi, mixed("lmnr.span.path")], "laminar"],
    ["any.other.scope", [...genAi, mixed("langfuse.observation.type")], "langfuse"],
    ["langfuse-sdk", genAi, "langfuse"],
    ["pydantic-ai", genAi, "pydantic_ai"],
    ["logfire.anthropic", genAi, "pydantic_ai"],
    ["logfireworks", [], "unknown"],
    ["com.anthropic.claude_code.tracing", everyName, "claude_code"],
    ["com.anthropic.claude-platform", everyName, "claude_platform"],
    ["com.anthropic.sdk.typescript", everyName, "anthropic_sdk"],
    ["@phasewise/sdk", everyName, "phasewise"],
    ["pydantic-ai", everyName, "pydantic_ai"],
    ["any.other.scope", everyName, "langfuse"],
    ["any.other.scope", everyName.slice(1), "openinference"],
    ["any.other.scope", everyName.slice(2), "vercel_ai"],
    ["any.other.scope", everyName.slice(3), "mastra"],
    ["any.other.scope", everyName.slice(4), "langsmith"],
    ["any.other.scope", everyName.slice(5), "laminar"],
    ["any.other.scope", everyName.slice(6), "traceloop"],
    ["any.other.scope", everyName.slice(7), "mcp"],
    ["any.other.scope", everyName.slice(8), "otel_genai"],
    ["@traceloop/instrumentation-anthropic", [...genAi, mixed("lmnr.span.path")], "laminar"],
    ["any.other.scope", [], "unknown"],
    ["", [], "unknown"],
  ])("reads a span of scope %j with GenAI attributes %j as %s", (scope, attributes, expected) => {
    const [record] = normaliseJson(oneSpan(scope, attributes)).spans;

    expect(record?.reading.dialect).toBe(expected);
  });

  it.each(DIALECTS.map(({ id }) => id))(
    "reads a pending span that is marked like one of %s as an announcement at most",
    (id) => {
      const pending = { key: "logfire.span_type", value: { stringValue: "pending_span" } };
      const files = readCases().filter(({ folder }) => folder.replaceAll("-", "_") === id);
      const payloads = files.map(({ content }) => structuredClone(content.otlp) as unknown as MutablePayload);
      for (const payload of payloads.filter(({ resourceSpans }) => resourceSpans !== undefined)) {
        for (const span of (payload.resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans).flatMap(spansOf)) {
          span.attributes = [...(span.attributes ?? []), pending];
          span.parentSpanId = "00000000000000ff";
        }
        for (const { reading } of normaliseJson(payload as never).spans) {
          expect(reading.evidence).toBeUndefined();
          expect(reading.operation).toBe("other");
          expect([undefined, "00000000000000ff"]).toContain(reading.announces?.spanId);
        }
      }
    },
  );

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

interface MutablePayload {
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: MutableSpan[] }[] }[];
}

interface MutableSpan {
  attributes?: readonly unknown[];
  parentSpanId?: string;
}

function spansOf({ spans }: { readonly spans: MutableSpan[] }): MutableSpan[] {
  return spans;
}

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

/** Whether a dialect is called like what its spans do, so that the word alone does not mean the dialect. */
function isOperation(id: string): boolean {
  return SPAN_OPERATIONS.some((operation) => operation === id);
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
