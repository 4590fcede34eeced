/** Requests in OTLP/JSON form that use every field of every message, and GenAI-like ones for measuring. */

const everyValue = [
  { key: "text", value: { stringValue: "héllo \u{1f600}\u0000 end" } },
  { key: "bool", value: { boolValue: true } },
  { key: "int", value: { intValue: "-9223372036854775808" } },
  { key: "double", value: { doubleValue: 0.1 } },
  { key: "bytes", value: { bytesValue: Buffer.from([0, 1, 254, 255]).toString("base64") } },
  { key: "unset", value: {} },
  {
    key: "list",
    value: { arrayValue: { values: [{ intValue: "1" }, { arrayValue: { values: [{ stringValue: "x" }] } }] } },
  },
  {
    key: "map",
    value: {
      kvlistValue: {
        values: [
          { key: "a", value: { boolValue: false } },
          { key: "b", value: {} },
        ],
      },
    },
  },
  { key: "twice", value: { stringValue: "first" } },
  { key: "twice", value: { intValue: "9007199254740993" } },
];
const resource = { attributes: everyValue, droppedAttributesCount: 3 };
const scope = { name: "scope", version: "1.2.3", attributes: everyValue, droppedAttributesCount: 4 };
const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "00f067aa0ba902b7";
const exemplars = [
  { filteredAttributes: everyValue, timeUnixNano: "7", asInt: "-5", spanId, traceId },
  { timeUnixNano: "8", asDouble: 1.5 },
];
const point = { attributes: everyValue, startTimeUnixNano: "1", timeUnixNano: "18446744073709551615", flags: 1 };
const stats = { count: "10", sum: 12.5, min: -1, max: 9 };

/** Every field of ExportTraceServiceRequest. */
export const fullTraces: object = {
  resourceSpans: [
    {
      resource,
      schemaUrl: "https://opentelemetry.io/schemas/1.40.0",
      scopeSpans: [
        {
          scope,
          schemaUrl: "https://example.com/scope",
          spans: [
            {
              traceId,
              spanId,
              parentSpanId: "b7ad6b7169203331",
              traceState: "a=1,b=2",
              flags: 0xffff_ff01,
              name: "chat claude",
              kind: 3,
              startTimeUnixNano: "1795193922277000001",
              endTimeUnixNano: "1795193922290407609",
              attributes: everyValue,
              droppedAttributesCount: 5,
              events: [
                { timeUnixNano: "1795193922280000000", name: "e", attributes: everyValue, droppedAttributesCount: 1 },
              ],
              droppedEventsCount: 6,
              links: [
                { traceId, spanId, traceState: "c=3", attributes: everyValue, droppedAttributesCount: 2, flags: 257 },
              ],
              droppedLinksCount: 7,
              status: { code: 2, message: "overloaded" },
            },
            { traceId, spanId: "00f067aa0ba902b8", name: "bare" },
          ],
        },
      ],
    },
  ],
};

/** Every field of ExportLogsServiceRequest. */
export const fullLogs: object = {
  resourceLogs: [
    {
      resource,
      schemaUrl: "r",
      scopeLogs: [
        {
          scope,
          schemaUrl: "s",
          logRecords: [
            {
              timeUnixNano: "1795193922277000001",
              observedTimeUnixNano: "1795193922277000002",
              severityNumber: 17,
              severityText: "ERROR",
              body: { kvlistValue: { values: everyValue } },
              attributes: everyValue,
              droppedAttributesCount: 9,
              flags: 1,
              traceId,
              spanId,
              eventName: "gen_ai.evaluation.result",
            },
            { body: { stringValue: "bare" } },
          ],
        },
      ],
    },
  ],
};

/** Every field of ExportMetricsServiceRequest. */
export const fullMetrics: object = {
  resourceMetrics: [
    {
      resource,
      schemaUrl: "r",
      scopeMetrics: [
        {
          scope,
          schemaUrl: "s",
          metrics: [
            {
              name: "g",
              description: "a gauge",
              unit: "{token}",
              metadata: everyValue,
              gauge: { dataPoints: [{ ...point, asInt: "-3", exemplars }, { ...point, asDouble: 2.5 }, point] },
            },
            {
              name: "s",
              sum: { dataPoints: [{ ...point, asDouble: 1 }], aggregationTemporality: 2, isMonotonic: true },
            },
            {
              name: "h",
              histogram: {
                aggregationTemporality: 1,
                dataPoints: [
                  { ...point, ...stats, bucketCounts: ["1", "2", "7"], explicitBounds: [0.5, 100], exemplars },
                  { count: "0" },
                ],
              },
            },
            {
              name: "x",
              exponentialHistogram: {
                aggregationTemporality: 2,
                dataPoints: [
                  {
                    ...point,
                    ...stats,
                    scale: -3,
                    zeroCount: "2",
                    zeroThreshold: 0.001,
                    positive: { offset: -4, bucketCounts: ["1", "18446744073709551615"] },
                    negative: { offset: 5, bucketCounts: [] },
                    exemplars,
                  },
                  { scale: 1 },
                ],
              },
            },
            {
              name: "q",
              summary: {
                dataPoints: [{ ...point, count: "4", sum: 8, quantileValues: [{ quantile: 0.5, value: 2 }] }],
              },
            },
          ],
        },
      ],
    },
  ],
};

/** A request of GenAI-like spans with 25 attributes each, about 1.1 kB of protobuf a span. */
export function genAiTraces(count: number): object {
  const spans = Array.from({ length: count }, (_, index) => {
    const id = (index + 1).toString(16).padStart(16, "0");
    const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });
    const int = (key: string, value: number): object => ({ key, value: { intValue: String(value) } });
    return {
      traceId: `0af7651916cd43dd${(index >> 5).toString(16).padStart(16, "a")}`,
      spanId: id,
      parentSpanId: "00f067aa0ba902b7",
      name: "chat claude-sonnet-4-5",
      kind: 3,
      startTimeUnixNano: String(1795193922277000000n + BigInt(index) * 1_000_003n),
      endTimeUnixNano: String(1795193924277000000n + BigInt(index) * 1_000_003n),
      attributes: [
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "anthropic"),
        text("gen_ai.request.model", "claude-sonnet-4-5"),
        text("gen_ai.response.model", "claude-sonnet-4-5-20250929"),
        text("gen_ai.response.id", `msg_01${id}${id}`),
        text("anthropic.request_id", `req_011${id}${id}`),
        { key: "gen_ai.response.finish_reasons", value: { arrayValue: { values: [{ stringValue: "end_turn" }] } } },
        int("gen_ai.usage.input_tokens", 1000 + index * 7),
        int("gen_ai.usage.output_tokens", 40 + index),
        int("gen_ai.usage.cache_read.input_tokens", 5000 + index),
        int("gen_ai.usage.cache_write.input_tokens", index),
        int("gen_ai.request.max_tokens", 8192),
        { key: "gen_ai.request.temperature", value: { doubleValue: 0.7 } },
        { key: "gen_ai.request.stream", value: { boolValue: true } },
        text("gen_ai.agent.name", "reviewer"),
        text("gen_ai.agent.id", "agent-7f3a"),
        text("gen_ai.conversation.id", `2942e953-2bb8-4f24-9417-${id.slice(4)}`),
        text("session.id", "d3fec935-5c24-4230-b9b3-74e771668926"),
        text("user.id", "e7cf9717523729bb7eddf6bb25f6cb94"),
        text("phasewise.run.id", "01JD4Y3Q5M8Z7W2K9R6T0XVBNC"),
        text("phasewise.phase.name", index % 3 === 0 ? "plan" : "implement"),
        int("phasewise.phase.entry", 1),
        text("server.address", "api.anthropic.com"),
        int("server.port", 443),
        text("http.response.header.request-id", `req_011${id}`),
      ],
      status: { code: 1 },
    };
  });
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "agent" } }] };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "anthropic", version: "1.11.0" }, spans }] }] };
}
