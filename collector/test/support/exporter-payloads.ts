/** Bodies as the exporters of OpenTelemetry JS send them, from spans, logs and metrics that its SDK made. */
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Encoding, Signal } from "../../src/decode/otlp.ts";

/** A body with its signal and encoding. */
export type ExporterPayload = readonly [signal: Signal, encoding: Encoding, body: Uint8Array];

interface Serializer<Item> {
  serializeRequest(item: Item): Uint8Array | undefined;
}

/** Bodies of all three signals in both encodings. */
export async function exporterPayloads(): Promise<readonly ExporterPayload[]> {
  const both = <Item>(signal: Signal, item: Item, json: Serializer<Item>, binary: Serializer<Item>) =>
    [
      [signal, "json", json.serializeRequest(item) ?? new Uint8Array()],
      [signal, "protobuf", binary.serializeRequest(item) ?? new Uint8Array()],
    ] as const;
  return [
    ...both("traces", makeSpans(), JsonTraceSerializer, ProtobufTraceSerializer),
    ...both("logs", makeLogs(), JsonLogsSerializer, ProtobufLogsSerializer),
    ...both("metrics", await makeMetrics(), JsonMetricsSerializer, ProtobufMetricsSerializer),
  ];
}

const resource = resourceFromAttributes({ "service.name": "exporter", "process.pid": 42, tags: ["a", "b"] });

function makeSpans(): ReturnType<InMemorySpanExporter["getFinishedSpans"]> {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer("tracer", "1.2.3");
  const first = tracer.startSpan("chat claude", {
    kind: SpanKind.CLIENT,
    attributes: { text: "é", int: 7, double: 0.25, yes: true },
  });
  first.addEvent("gen_ai.choice", { index: 0, big: 2 ** 53 });
  first.recordException(new Error("overloaded"));
  first.setStatus({ code: SpanStatusCode.ERROR, message: "overloaded" });
  const second = tracer.startSpan("tool", {
    links: [{ context: first.spanContext(), attributes: { why: "because" } }],
  });
  second.setAttribute("list", ["x", "y"]);
  second.end();
  first.end();
  return exporter.getFinishedSpans();
}

function makeLogs(): ReturnType<InMemoryLogRecordExporter["getFinishedLogRecords"]> {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger("logger", "1.0.0");
  logger.emit({ eventName: "run.started", severityNumber: SeverityNumber.INFO, body: { nested: { n: 1 } } });
  logger.emit({ severityText: "WARN", body: "plain text", attributes: { double: 1.5, list: [1, 2] } });
  return exporter.getFinishedLogRecords();
}

async function makeMetrics(): Promise<Parameters<typeof JsonMetricsSerializer.serializeRequest>[0]> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const views = [
    { instrumentName: "gen_ai.client.token.usage", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
  ] as const;
  const provider = new MeterProvider({ resource, readers: [reader], views: [...views] });
  const meter = provider.getMeter("meter", "2.0.0");
  meter.createCounter("calls", { unit: "{call}", description: "Calls" }).add(3, { model: "claude" });
  meter.createUpDownCounter("open").add(-2.5);
  meter.createGauge("temperature").record(0.7, { model: "claude" });
  const duration = meter.createHistogram("gen_ai.client.operation.duration", { unit: "s" });
  const tokens = meter.createHistogram("gen_ai.client.token.usage", { unit: "{token}" });
  for (const value of [0.1, 2, 30, 400]) {
    duration.record(value);
    tokens.record(value * 100, { "gen_ai.token.type": "input" });
  }
  await provider.forceFlush();
  const [metrics] = exporter.getMetrics();
  await provider.shutdown();
  if (metrics === undefined) throw new Error("expected metrics to be collected, got none");
  return metrics;
}
