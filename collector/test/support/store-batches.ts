/** Records as normalise hands them to a store, built by hand: only what a test cares about is given. */
import type { KeyValues } from "../../src/decode/otlp.ts";
import type {
  Announcement,
  Batch,
  CallReading,
  Labels,
  LiveReading,
  LogRecordRow,
  MetricPointRecord,
  Origin,
  SpanOperation,
  SpanRecord,
} from "../../src/normalise/records.ts";

/** 2026-11-01T00:00:00Z in nanoseconds. */
const EPOCH = 1_793_491_200_000_000_000n;

/** A time so many seconds after `EPOCH`, in nanoseconds. */
export function seconds(count: number): bigint {
  return EPOCH + BigInt(Math.round(count * 1e9));
}

function hex(value: number | bigint, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

export function traceId(number: number): string {
  return hex(number, 32);
}

export function spanId(number: number): string {
  return hex(number, 16);
}

const ORIGIN: Origin = {
  resourceId: hex(1, 32),
  scopeId: hex(2, 32),
  resource: { attributes: new Map([["service.name", "demo"]]), droppedAttributesCount: 0, schemaUrl: "" },
  scope: { name: "test", version: "1", attributes: new Map(), droppedAttributesCount: 0, schemaUrl: "" },
  service: "demo",
  receivedUnixNano: seconds(1000),
};

interface SpanShape {
  readonly trace?: number;
  readonly span: number;
  readonly parent?: number;
  readonly start?: bigint;
  readonly end?: bigint;
  readonly name?: string;
  readonly operation?: SpanOperation;
  readonly labels?: Labels;
  readonly attributes?: KeyValues;
  readonly evidence?: CallReading | undefined;
  readonly announces?: Announcement | undefined;
  readonly origin?: Origin;
  readonly events?: SpanRecord["span"]["events"];
  readonly links?: SpanRecord["span"]["links"];
}

export function span(shape: SpanShape): SpanRecord {
  const start = shape.start ?? seconds(shape.span % 1000);
  return {
    origin: shape.origin ?? ORIGIN,
    span: {
      traceId: traceId(shape.trace ?? 1),
      spanId: spanId(shape.span),
      parentSpanId: shape.parent === undefined ? "" : spanId(shape.parent),
      traceState: "",
      flags: 1,
      name: shape.name ?? `span ${shape.span}`,
      kind: 3,
      startTimeUnixNano: start,
      endTimeUnixNano: shape.end ?? start + 1_500_000_000n,
      attributes: shape.attributes ?? new Map(),
      droppedAttributesCount: 0,
      events: shape.events ?? [],
      droppedEventsCount: 0,
      links: shape.links ?? [],
      droppedLinksCount: 0,
      statusCode: 1,
      statusMessage: "",
    },
    reading: {
      dialect: "anthropic_sdk",
      operation: shape.operation ?? (shape.evidence === undefined ? "other" : "model_call"),
      labels: shape.labels ?? {},
      evidence: shape.evidence,
      announces: shape.announces,
    },
  };
}

/** A report of one call; `undefined` members of `shape` take a value away. */
export function call(shape: Partial<CallReading> = {}): CallReading {
  return {
    scope: "call",
    rank: 10,
    provider: "anthropic",
    requestModel: "claude-sonnet-4-5",
    responseModel: "claude-sonnet-4-5-20250929",
    startedUnixNano: seconds(1),
    endedUnixNano: seconds(3),
    status: "ok",
    tokens: { uncachedInputTokens: 1000, outputTokens: 200 },
    notes: [],
    ...shape,
  };
}

interface LogShape {
  readonly id: number;
  readonly trace?: number;
  readonly span?: number;
  readonly at?: bigint;
  readonly eventName?: string;
  readonly body?: LogRecordRow["log"]["body"];
  readonly labels?: Labels;
  readonly attributes?: KeyValues;
  readonly evidence?: CallReading | undefined;
  readonly live?: LiveReading | undefined;
}

export function log(shape: LogShape): LogRecordRow {
  return {
    origin: ORIGIN,
    logId: hex(shape.id, 32),
    log: {
      timeUnixNano: shape.at ?? seconds(shape.id % 1000),
      observedTimeUnixNano: seconds(shape.id % 1000),
      severityNumber: 9,
      severityText: "INFO",
      body: shape.body,
      attributes: shape.attributes ?? new Map(),
      droppedAttributesCount: 0,
      flags: 0,
      traceId: shape.trace === undefined ? "" : traceId(shape.trace),
      spanId: shape.span === undefined ? "" : spanId(shape.span),
      eventName: shape.eventName ?? "",
    },
    reading: {
      dialect: "claude_code",
      labels: shape.labels ?? {},
      evidence: shape.evidence,
      live: shape.live,
    },
  };
}

export function point(id: number, value: bigint | number): MetricPointRecord {
  return {
    origin: ORIGIN,
    pointId: hex(id, 32),
    metricName: "gen_ai.client.token.usage",
    description: "",
    unit: "{token}",
    type: "sum",
    temporality: "delta",
    monotonic: true,
    metadata: new Map(),
    attributes: new Map([["model", "claude"]]),
    startUnixNano: seconds(0),
    timeUnixNano: seconds(id % 1000),
    flags: 0,
    valueInt: typeof value === "bigint" ? value : undefined,
    valueDouble: typeof value === "number" ? value : undefined,
    count: undefined,
    sum: undefined,
    min: undefined,
    max: undefined,
    detailJson: undefined,
  };
}

export function batch(parts: Partial<Batch>): Batch {
  return { spans: parts.spans ?? [], logs: parts.logs ?? [], metricPoints: parts.metricPoints ?? [] };
}

/** A busy agent's span: 25 attributes, of which a third repeats. */
export function genAiSpan(trace: number, number: number, start: bigint): SpanRecord {
  const isCall = number % 2 === 0;
  const attributes: [string, string | bigint | number | boolean][] = [
    ["gen_ai.operation.name", isCall ? "chat" : "execute_tool"],
    ["gen_ai.provider.name", "anthropic"],
    ["gen_ai.request.model", "claude-sonnet-4-5"],
    ["gen_ai.response.model", "claude-sonnet-4-5-20250929"],
    ["gen_ai.response.id", `msg_${hex(number, 24)}`],
    ["gen_ai.conversation.id", `conversation-${trace}`],
    ["gen_ai.agent.name", `agent-${number % 7}`],
    ["gen_ai.usage.input_tokens", BigInt(1000 + (number % 500))],
    ["gen_ai.usage.output_tokens", BigInt(number % 700)],
    ["gen_ai.usage.cache_read.input_tokens", BigInt(number % 9000)],
    ["gen_ai.usage.cache_creation.input_tokens", BigInt(number % 900)],
    ["gen_ai.request.max_tokens", 4096n],
    ["gen_ai.request.temperature", 0.7],
    ["gen_ai.request.top_p", 0.95],
    ["gen_ai.request.stream", true],
    ["gen_ai.output.type", "text"],
    ["server.address", "api.anthropic.com"],
    ["server.port", 443n],
    ["phasewise.phase.name", `phase-${number % 5}`],
    ["phasewise.phase.entry", 1n],
    ["phasewise.run.id", `run-${trace}`],
    ["session.id", `session-${trace % 50}`],
    ["user.id", `user-${trace % 20}`],
    ["request.note", `note number ${number} of the trace ${trace}`],
    ["request.retries", 0n],
  ];
  const labels: Labels = { runId: `run-${trace}`, phase: `phase-${number % 5}`, agent: `agent-${number % 7}` };
  return span({
    trace,
    span: number,
    ...(number % 20 === 0 ? {} : { parent: number - (number % 20) }),
    start,
    name: isCall ? "chat claude-sonnet-4-5" : "execute_tool search",
    operation: isCall ? "model_call" : "tool_call",
    labels,
    attributes: new Map(attributes),
    evidence: isCall
      ? call({
          messageId: `msg_${hex(number, 24)}`,
          providerRequestId: `req_${hex(number, 24)}`,
          startedUnixNano: start,
          endedUnixNano: start + 1_500_000_000n,
        })
      : undefined,
  });
}
