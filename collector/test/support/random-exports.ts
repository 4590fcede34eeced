/** Exports of a small made-up system by seed: runs and phases, and calls that several layers report, as they come off the wire. */
import type {
  AnyValue,
  DecodedRequest,
  KeyValues,
  LogRecord,
  Metric,
  Resource,
  Scope,
  Span,
} from "../../src/decode/otlp.ts";

/** One item with where it came from; a request is made of some of one signal. */
export type ExportItem = { readonly resource: Resource; readonly scope: Scope } & (
  | { readonly signal: "traces"; readonly item: Span }
  | { readonly signal: "logs"; readonly item: LogRecord }
  | { readonly signal: "metrics"; readonly item: Metric }
);

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export type Random = () => number;

/** The random numbers of a seed. */
export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number from 0 up to, and without, the limit. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** The same items in an order that the random numbers decide. */
export function shuffled<T>(random: Random, items: readonly T[]): readonly T[] {
  return items
    .map((item) => [random(), item] as const)
    .toSorted(([one], [other]) => one - other)
    .map(([, item]) => item);
}

/** One request with these items, each in an envelope of its own. */
export function requestOf(items: readonly ExportItem[]): DecodedRequest {
  const [first] = items;
  const counts = { accepted: items.length, rejected: 0, reasons: [] };
  const envelopes = <T>(of: readonly (ExportItem & { readonly item: T })[]) =>
    of.map(({ resource, scope, item }) => ({ resource, scope, items: [item] }));
  switch (first?.signal) {
    case "logs":
      return { signal: "logs", envelopes: envelopes(items.filter((one) => one.signal === "logs")), ...counts };
    case "metrics":
      return { signal: "metrics", envelopes: envelopes(items.filter((one) => one.signal === "metrics")), ...counts };
    default:
      return { signal: "traces", envelopes: envelopes(items.filter((one) => one.signal === "traces")), ...counts };
  }
}

/** 2026-11-20T10:00:00Z in nanoseconds. */
const START = 1_795_168_800_000_000_000n;
const MODELS = ["claude-sonnet-4-5", "claude-opus-5-5", "claude-haiku-5-5", "claude-not-known"];
const NATIVE = scope("com.anthropic.sdk.typescript", "1.11.0");
const WRAPPER = scope("@arizeai/openinference-instrumentation-anthropic", "0.2.8");
const PLATFORM = scope("com.anthropic.claude-platform", "1");
const OWN = scope("@phasewise/sdk", "0.1.0");
const VERCEL = scope("gen_ai", "");
const CODE_SPANS = scope("com.anthropic.claude_code.tracing", "1.0.0");
const CODE_EVENTS = scope("com.anthropic.claude_code.events", "2.1.329");
const CODE_METRICS = scope("com.anthropic.claude_code", "2.1.329");
const APP = resource({ "service.name": "app" });
const CLOUD = resource({ "service.name": "claude-platform" });
const CODE = resource({ "service.name": "claude-code" });

/** Everything that one system sends in a short while. */
export function randomExports(random: Random): readonly ExportItem[] {
  const items: ExportItem[] = [];
  for (let trace = 1; trace <= 2; trace += 1) {
    const world = makeWorld(random, items, trace);
    const run = world.span(OWN, APP, "invoke_workflow w", undefined, {
      "gen_ai.operation.name": "invoke_workflow",
      "phasewise.run.id": `run-${trace}`,
      "phasewise.run.name": "w",
    });
    for (const phase of ["plan", "act"]) {
      const above = world.span(OWN, APP, `phase ${phase}`, run, { "phasewise.phase.name": phase });
      const agent = world.span(OWN, APP, `invoke_agent a-${phase}`, above, {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": `a-${phase}`,
      });
      for (let number = 0; number < 2; number += 1) {
        const kinds = [nativeCall, claudeCodeCall, vercelAgent, sumAlone];
        kinds[below(random, kinds.length)]?.(world, agent);
      }
    }
  }
  return items;
}

interface World {
  readonly random: Random;
  readonly items: ExportItem[];
  readonly traceId: string;
  /** Adds a span and gives its id. */
  span(from: Scope, by: Resource, name: string, parent: string | undefined, attributes: Attributes): string;
  nextNumber(): number;
}

function makeWorld(random: Random, items: ExportItem[], trace: number): World {
  const traceId = hex(below(random, 1_000_000) * 10 + trace, 32);
  let last = trace * 1000;
  const nextNumber = (): number => (last += 1);
  const span: World["span"] = (from, by, name, parent, attributes) => {
    const number = nextNumber();
    const startTimeUnixNano = START + BigInt(number) * 1_000_000_000n;
    const item: Span = {
      traceId,
      spanId: hex(number, 16),
      parentSpanId: parent ?? "",
      traceState: "",
      flags: 1,
      name,
      kind: 1,
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano + BigInt(1 + below(random, 9000)) * 1_000_000n,
      attributes: keyValues(attributes),
      droppedAttributesCount: 0,
      events: [],
      droppedEventsCount: 0,
      links: [],
      droppedLinksCount: 0,
      statusCode: 1,
      statusMessage: "",
    };
    items.push({ signal: "traces", resource: by, scope: from, item });
    return item.spanId;
  };
  return { random, items, traceId, span, nextNumber };
}

/** The client's own span, perhaps inside a wrapper that may see other figures, perhaps with the server's span beneath. */
function nativeCall(world: World, parent: string): void {
  const { random } = world;
  const id = world.nextNumber();
  const usage = randomUsage(random);
  const isWrong = random() < 0.3;
  const outer =
    random() < 0.6
      ? world.span(WRAPPER, APP, "Anthropic Messages", parent, {
          "openinference.span.kind": "LLM",
          "llm.model_name": usage.model,
          "llm.provider": "anthropic",
          "llm.token_count.prompt": usage.uncached + usage.read + usage.write + (isWrong ? 5 : 0),
          "llm.token_count.completion": usage.output,
          "llm.token_count.prompt_details.cache_write": usage.write,
          "llm.token_count.prompt_details.cache_read": usage.read,
        })
      : parent;
  const attributes = {
    ...genAi(usage),
    "gen_ai.response.id": `msg_${id}`,
    "anthropic.request.id": `req_${id}`,
    "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": usage.write,
    "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 0,
  };
  const inner = world.span(NATIVE, APP, "anthropic.messages.create", outer, attributes);
  if (random() < 0.5) world.span(PLATFORM, CLOUD, "anthropic.messages.create", inner, attributes);
}

/** Claude Code's span, its event or both, and its metrics. */
function claudeCodeCall(world: World, parent: string): void {
  const { random, items, traceId } = world;
  const id = world.nextNumber();
  const usage = randomUsage(random);
  const shared = {
    "session.id": `session-${traceId.slice(-1)}`,
    model: usage.model,
    request_id: `req_${id}`,
    input_tokens: usage.uncached,
    output_tokens: usage.output,
    cache_read_tokens: usage.read,
    cache_creation_tokens: usage.write,
    query_source: "agent:builtin:scout",
  };
  const has = below(random, 3);
  if (has !== 0) {
    world.span(CODE_SPANS, CODE, "claude_code.llm_request", parent, { ...shared, "span.type": "llm_request" });
  }
  if (has !== 1) {
    const at = START + BigInt(id) * 1_000_000_000n;
    const item: LogRecord = {
      timeUnixNano: at,
      observedTimeUnixNano: at,
      severityNumber: 0,
      severityText: "",
      body: "claude_code.api_request",
      attributes: keyValues({
        ...shared,
        "event.name": "api_request",
        "event.sequence": id,
        cache_creation_5m_tokens: usage.write,
        cache_creation_1h_tokens: 0,
        cost_usd_micros: below(random, 100_000),
        duration_ms: 100,
      }),
      droppedAttributesCount: 0,
      flags: 0,
      traceId: random() < 0.5 ? traceId : "",
      spanId: "",
      eventName: "",
    };
    items.push({ signal: "logs", resource: CODE, scope: CODE_EVENTS, item });
  }
  items.push({ signal: "metrics", resource: CODE, scope: CODE_METRICS, item: tokenMetric(world, id, usage) });
}

/** A delta counter, or a cumulative one that its neighbours in the series go on with. */
function tokenMetric({ random, traceId }: World, id: number, usage: Usage): Metric {
  const isDelta = random() < 0.5;
  const at = START + BigInt(id) * 1_000_000_000n;
  const attributes = { "session.id": `session-${traceId.slice(-1)}`, model: usage.model };
  const point = (type: string, value: number) => ({
    attributes: keyValues({ ...attributes, type }),
    startTimeUnixNano: isDelta ? at - 1_000_000_000n : START,
    timeUnixNano: at,
    flags: 0,
    value: isDelta ? value : value + id * 10_000,
    exemplars: [],
  });
  return {
    name: "claude_code.token.usage",
    description: "",
    unit: "tokens",
    metadata: new Map(),
    type: "sum",
    temporality: isDelta ? 1 : 2,
    monotonic: true,
    points: [point("input", usage.uncached), point("output", usage.output)],
  };
}

/** An agent that repeats the sum of its two calls. */
function vercelAgent(world: World, parent: string): void {
  const first = randomUsage(world.random);
  const usages = [first, { ...randomUsage(world.random), model: first.model }];
  const sum = (read: (usage: Usage) => number): number => usages.reduce((total, usage) => total + read(usage), 0);
  const agent = world.span(VERCEL, APP, "invoke_agent", parent, {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.usage.input_tokens": sum((usage) => usage.uncached + usage.read + usage.write),
    "gen_ai.usage.output_tokens": sum((usage) => usage.output),
  });
  for (const usage of usages) {
    const step = world.span(VERCEL, APP, "step 1", agent, { "gen_ai.operation.name": "agent_step" });
    world.span(VERCEL, APP, `chat ${usage.model}`, step, genAi(usage));
  }
}

/** A sum that nothing explains. */
function sumAlone(world: World, parent: string): void {
  const usage = randomUsage(world.random);
  world.span(
    scope("@arizeai/openinference-instrumentation-claude-agent-sdk", "0.3.1"),
    APP,
    "ClaudeAgent.query",
    parent,
    {
      "openinference.span.kind": "AGENT",
      "llm.model_name": usage.model,
      "llm.token_count.prompt": usage.uncached,
      "llm.token_count.completion": usage.output,
      "llm.cost.total": usage.output / 1000,
    },
  );
}

interface Usage {
  readonly model: string;
  readonly uncached: number;
  readonly read: number;
  readonly write: number;
  readonly output: number;
}

function randomUsage(random: Random): Usage {
  return {
    model: MODELS[below(random, MODELS.length)] ?? "claude-sonnet-4-5",
    uncached: below(random, 500),
    read: random() < 0.5 ? 0 : below(random, 9000),
    write: random() < 0.5 ? 0 : below(random, 2000),
    output: below(random, 30),
  };
}

function genAi(usage: Usage): Attributes {
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": usage.model,
    "gen_ai.response.model": usage.model,
    "gen_ai.usage.input_tokens": usage.uncached + usage.read + usage.write,
    "gen_ai.usage.output_tokens": usage.output,
    "gen_ai.usage.cache_read.input_tokens": usage.read,
    "gen_ai.usage.cache_write.input_tokens": usage.write,
  };
}

type Attributes = Readonly<Record<string, string | number>>;

/** Whole numbers become integers, as every exporter sends them. */
function keyValues(attributes: Attributes): KeyValues {
  return new Map(
    Object.entries(attributes).map(([key, value]): [string, AnyValue] => [
      key,
      typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value,
    ]),
  );
}

function scope(name: string, version: string): Scope {
  return { name, version, attributes: new Map(), droppedAttributesCount: 0, schemaUrl: "" };
}

function resource(attributes: Attributes): Resource {
  return { attributes: keyValues(attributes), droppedAttributesCount: 0, schemaUrl: "" };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
