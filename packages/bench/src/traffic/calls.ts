/** The layers in which a model call is told: the SDK's own span, a framework's wrapper, Claude Code's span, event, metric. */
import type { ModelAttributes, ModelCallFacts, UniqueText } from "./model.ts";
import type { Random } from "./random.ts";
import { addSpan, type StoryWriter, WRITERS } from "./story-writer.ts";

/** Where in a run something happens. */
export interface Place {
  readonly trace: number;
  readonly parent: number;
  /** `phasewise.*` labels, as the SDK writes them on every span of its process. */
  readonly labels: ModelAttributes;
  readonly session: UniqueText;
}

/** One model call about to be told. */
export interface Call {
  readonly place: Place;
  readonly facts: ModelCallFacts;
  readonly end: number;
  /** Number of the call in the story, part of its ids. */
  readonly number: number;
  /** The conversation so far and the answer, when content is captured. */
  readonly content: { readonly input: string; readonly output: string } | undefined;
}

const MILLISECOND = 1e6;

/** Facts of a call with plausible numbers. Calls that several layers tell write no 1-hour cache, which only some tell apart. */
export function drawCall(random: Random, start: number, manyLayers: boolean): ModelCallFacts {
  const model = random.pick(["claude-sonnet-4-5", "claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-5"]);
  if (!manyLayers && random.chance(0.02)) {
    return {
      model,
      start,
      status: "error",
      uncachedInputTokens: 0,
      cacheReadTokens: 0,
      cacheWrite5mTokens: 0,
      cacheWrite1hTokens: 0,
      outputTokens: 0,
    };
  }
  const writes = random.between(200, 3000);
  const long = manyLayers || random.chance(0.7) ? 0 : random.between(1, writes - 1);
  return {
    model,
    start,
    status: "ok",
    uncachedInputTokens: random.between(3, 900),
    cacheReadTokens: random.between(2_000, 60_000),
    cacheWrite5mTokens: writes - long,
    cacheWrite1hTokens: long,
    outputTokens: random.between(30, 2_500),
  };
}

function requestId(writer: StoryWriter, call: Call): UniqueText {
  return writer.unique("req_011C", call.number);
}

function inclusiveInput(facts: ModelCallFacts): number {
  return facts.uncachedInputTokens + facts.cacheReadTokens + facts.cacheWrite5mTokens + facts.cacheWrite1hTokens;
}

/** The span that the Anthropic SDK writes itself. Returns its id. */
export function tellNative(writer: StoryWriter, call: Call, random: Random): number {
  const { facts, place } = call;
  const id = writer.id();
  const failed = facts.status === "error";
  addSpan(writer, {
    origin: WRITERS.anthropicSdk,
    trace: place.trace,
    id,
    parent: place.parent,
    name: "anthropic.messages.create",
    kind: 3,
    start: facts.start,
    end: call.end,
    status: failed ? 2 : 1,
    message: failed ? "529 overloaded_error" : "",
    call: call.number,
    attributes: [
      ["gen_ai.provider.name", "anthropic"],
      ["server.address", "api.anthropic.com"],
      ["server.port", 443],
      ["http.route", "/v1/messages"],
      ["gen_ai.operation.name", "chat"],
      ["gen_ai.request.model", facts.model],
      ["gen_ai.request.max_tokens", 8192],
      ["gen_ai.request.stream", true],
      ["http.request.method", "POST"],
      ["url.full", "https://api.anthropic.com/v1/messages"],
      ["http.response.status_code", failed ? 529 : 200],
      ["anthropic.request.id", requestId(writer, call)],
      ...(failed ? ([["error.type", "overloaded_error"]] as const) : nativeAnswer(writer, call, random)),
      ...place.labels,
    ],
  });
  return id;
}

function nativeAnswer(writer: StoryWriter, call: Call, random: Random): ModelAttributes {
  const { facts, content } = call;
  return [
    ["gen_ai.response.id", writer.unique("msg_01", call.number)],
    ["gen_ai.response.model", facts.model],
    ["gen_ai.response.time_to_first_chunk", { double: random.between(200, 900) / 1000 }],
    ["gen_ai.usage.input_tokens", inclusiveInput(facts)],
    ["gen_ai.usage.cache_write.input_tokens", facts.cacheWrite5mTokens + facts.cacheWrite1hTokens],
    ["gen_ai.usage.cache_read.input_tokens", facts.cacheReadTokens],
    ["anthropic.usage.cache_creation.ephemeral_5m_input_tokens", facts.cacheWrite5mTokens],
    ["anthropic.usage.cache_creation.ephemeral_1h_input_tokens", facts.cacheWrite1hTokens],
    ["anthropic.response.service_tier", "standard"],
    ["gen_ai.usage.output_tokens", facts.outputTokens],
    ["anthropic.message.stop_reason", random.pick(["end_turn", "tool_use"])],
    ...(content === undefined
      ? []
      : ([
          ["gen_ai.input.messages", content.input],
          ["gen_ai.output.messages", content.output],
        ] as const)),
  ];
}

/** The span of a framework around the request. It knows no request id. Returns its id. */
export function tellWrapper(writer: StoryWriter, call: Call): number {
  const { facts, place } = call;
  const id = writer.id();
  addSpan(writer, {
    origin: WRITERS.framework,
    trace: place.trace,
    id,
    parent: place.parent,
    name: `chat ${facts.model}`,
    kind: 3,
    start: facts.start - MILLISECOND,
    end: call.end + MILLISECOND,
    call: call.number,
    attributes: [
      ["gen_ai.operation.name", "chat"],
      ["gen_ai.provider.name", "anthropic"],
      ["gen_ai.request.model", facts.model],
      ["gen_ai.response.model", facts.model],
      ["gen_ai.request.temperature", { double: 0.7 }],
      ["gen_ai.request.top_p", { double: 0.95 }],
      ["gen_ai.output.type", "text"],
      ["gen_ai.usage.input_tokens", inclusiveInput(facts)],
      ["gen_ai.usage.output_tokens", facts.outputTokens],
      ["gen_ai.usage.cache_read.input_tokens", facts.cacheReadTokens],
      ["gen_ai.usage.cache_creation.input_tokens", facts.cacheWrite5mTokens + facts.cacheWrite1hTokens],
      ["gen_ai.response.finish_reasons", ["stop"]],
      ["framework.component", "planner.react_loop"],
      ["framework.step.key", writer.unique("step-", call.number)],
      ["framework.streaming", true],
      ...place.labels,
    ],
  });
  return id;
}

/** What Claude Code tells of a request: a span and, beside it, an event and points of its counters. Returns the span's id. */
export function tellClaudeCode(writer: StoryWriter, call: Call): number {
  const { facts, place } = call;
  const id = writer.id();
  const common: ModelAttributes = [
    ["user.id", "e7cf9717523729bb7eddf6bb25f6cb94a2599b5ea330284f03fd5def451a8f10"],
    ["session.id", place.session],
    ["app.version", "2.1.329"],
    ["app.entrypoint", "sdk-cli"],
    ["anthropic.provider", "firstParty"],
    ["terminal.type", "xterm"],
  ];
  const usage: ModelAttributes = [
    ["model", facts.model],
    ["speed", "normal"],
    ["duration_ms", Math.round((call.end - facts.start) / MILLISECOND)],
    ["input_tokens", facts.uncachedInputTokens],
    ["output_tokens", facts.outputTokens],
    ["cache_read_tokens", facts.cacheReadTokens],
    ["cache_creation_tokens", facts.cacheWrite5mTokens + facts.cacheWrite1hTokens],
    ["request_id", requestId(writer, call)],
    ["ttft_ms", 310],
  ];
  addSpan(writer, {
    origin: WRITERS.claudeCode,
    trace: place.trace,
    id,
    parent: place.parent,
    name: "claude_code.llm_request",
    start: facts.start,
    end: call.end,
    status: 0,
    call: call.number,
    attributes: [
      ...common,
      ["span.type", "llm_request"],
      ["gen_ai.system", "anthropic"],
      ["gen_ai.request.model", facts.model],
      ["llm_request.context", "interaction"],
      ...usage,
      ["success", true],
      ["attempt", 1],
      ["stop_reason", "tool_use"],
      ...place.labels,
    ],
    events: [{ at: facts.start + MILLISECOND, name: "gen_ai.request.attempt", attributes: [["attempt", 1]] }],
  });
  tellClaudeCodeEvent(writer, call, id, [...common, ...usage]);
  tellClaudeCodeMetrics(writer, call, common);
  return id;
}

function tellClaudeCodeEvent(writer: StoryWriter, call: Call, span: number, told: ModelAttributes): void {
  const { facts } = call;
  writer.logs.push({
    origin: WRITERS.claudeCodeEvents,
    trace: call.place.trace,
    span,
    at: call.end,
    eventName: "",
    body: "claude_code.api_request",
    call: call.number,
    attributes: [
      ...told,
      ["event.name", "api_request"],
      ["event.sequence", call.number],
      ["cost_usd", { double: Number((facts.outputTokens * 15e-6 + facts.cacheReadTokens * 3e-7).toFixed(6)) }],
      ["prompt.id", writer.unique("prompt-", call.number)],
      ...call.place.labels,
    ],
  });
}

function tellClaudeCodeMetrics(writer: StoryWriter, call: Call, common: ModelAttributes): void {
  const { facts } = call;
  const counted = [
    ["input", facts.uncachedInputTokens],
    ["output", facts.outputTokens],
    ["cacheRead", facts.cacheReadTokens],
    ["cacheCreation", facts.cacheWrite5mTokens + facts.cacheWrite1hTokens],
  ] as const;
  for (const [type, value] of counted) {
    writer.points.push({
      origin: WRITERS.claudeCodeMetrics,
      metric: "claude_code.token.usage",
      unit: "tokens",
      start: facts.start,
      at: call.end,
      value,
      attributes: [...common, ["type", type], ["model", facts.model], ["call.sequence", call.number]],
    });
  }
}
