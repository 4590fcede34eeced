import type {
  ModelAttributes,
  ModelCallFacts,
  ModelLog,
  ModelOrigin,
  ModelPoint,
  ModelSpan,
  UniqueText,
} from "./model.ts";

/** The processes that a story comes from: our SDK, the Anthropic SDK and a framework in one; Claude Code in another. */
const AGENT_PROCESS: ModelAttributes = [
  ["service.name", "trading-agents"],
  ["service.version", "4.12.0"],
  ["service.instance.id", "7f0f6c2e-5c1b-4d7f-9d3c-0b7c1a52f001"],
  ["deployment.environment.name", "production"],
  ["host.name", "agents-3"],
  ["process.runtime.name", "nodejs"],
  ["process.runtime.version", "24.11.0"],
  ["telemetry.sdk.language", "nodejs"],
  ["telemetry.sdk.name", "opentelemetry"],
  ["telemetry.sdk.version", "2.12.0"],
  ["vcs.ref.head.revision", "9f2c1e7ab04d5c6e8f7a9b0c1d2e3f4a5b6c7d8e"],
];
const CLAUDE_CODE_PROCESS: ModelAttributes = [
  ["service.name", "claude-code"],
  ["service.version", "2.1.329"],
  ["host.arch", "amd64"],
  ["os.type", "linux"],
  ["os.version", "6.1.0"],
];

/** Who writes; the value is the index into the story's origins. */
export const WRITERS = {
  phasewise: 0,
  anthropicSdk: 1,
  framework: 2,
  claudeCode: 3,
  claudeCodeEvents: 4,
  claudeCodeMetrics: 5,
} as const;

/** The origins of every story, in the order of `WRITERS`. */
export const ORIGINS: readonly ModelOrigin[] = [
  { resource: AGENT_PROCESS, scope: "@phasewise/sdk", scopeVersion: "0.1.0" },
  { resource: AGENT_PROCESS, scope: "com.anthropic.sdk.typescript", scopeVersion: "1.11.0" },
  { resource: AGENT_PROCESS, scope: "example.agent-framework", scopeVersion: "3.4.1" },
  { resource: CLAUDE_CODE_PROCESS, scope: "com.anthropic.claude_code.tracing", scopeVersion: "1.0.0" },
  { resource: CLAUDE_CODE_PROCESS, scope: "com.anthropic.claude_code.events", scopeVersion: "2.1.329" },
  { resource: CLAUDE_CODE_PROCESS, scope: "com.anthropic.claude_code", scopeVersion: "2.1.329" },
];

/** Collects the items of a story and gives out its numbers. */
export class StoryWriter {
  readonly spans: ModelSpan[] = [];
  readonly logs: ModelLog[] = [];
  readonly points: ModelPoint[] = [];
  readonly calls: ModelCallFacts[] = [];
  #traces = 0;
  #ids = 0;

  /** A new trace. */
  trace(): number {
    return this.#traces++;
  }

  /** A new span id. */
  id(): number {
    return this.#ids++;
  }

  /** Adds a call and answers its number. */
  call(facts: ModelCallFacts): number {
    return this.calls.push(facts) - 1;
  }

  /** A text that is different in each sending and each time it is asked for under another number. */
  unique(before: string, number: number, digits = 8): UniqueText {
    return { before, after: number.toString(16).padStart(digits, "0") };
  }

  get traces(): number {
    return this.#traces;
  }
}

/** A span as its maker states it. */
export type SpanParts = Pick<
  ModelSpan,
  "origin" | "trace" | "id" | "parent" | "name" | "start" | "end" | "attributes"
> &
  Partial<ModelSpan>;

/** Adds a span; what is left out is the plainest value. */
export function addSpan(writer: StoryWriter, parts: SpanParts): void {
  writer.spans.push({ kind: 1, status: 1, message: "", events: [], call: undefined, ...parts });
}
