import { OTLPLogExporter as JsonLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as JsonMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as JsonTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import type { LogRecordExporter, ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { SignalSettings } from "./otel-settings.ts";
import type { Outbox } from "./outbox.ts";
import { patientExporter, type PatientExporter } from "./patient-exporter.ts";
import { quietAgent } from "./quiet-agent.ts";

/** Most spans, and most log records, that wait for a collector that does not answer. */
const MOST_WAITING = 4096;
/** A batch of metrics holds everything measured so far, so a few are enough. */
const MOST_METRIC_BATCHES = 4;

/** Configuration of an OTLP exporter; headers and compression it reads from the environment itself. */
function exporterOptions(settings: SignalSettings): {
  url: string;
  timeoutMillis: number;
  httpAgentOptions: (protocol: string) => ReturnType<typeof quietAgent>;
} {
  return {
    url: settings.url,
    // The exporter's time is its budget for tries of its own, whose timers would keep the process alive for seconds.
    // One millisecond leaves none; the patient exporter tries again, and the agent holds the real time limit.
    timeoutMillis: 1,
    httpAgentOptions: (protocol) => quietAgent(protocol, settings),
  };
}

/** Sends spans over OTLP. */
export function spanExporter(
  settings: SignalSettings,
  outbox: Outbox<ReadableSpan>,
): SpanExporter & PatientExporter<ReadableSpan[]> {
  const options = exporterOptions(settings);
  const inner = settings.json ? new JsonTraceExporter(options) : new ProtobufTraceExporter(options);
  return patientExporter<ReadableSpan[]>(inner, {
    destination: settings.url,
    sizeOf: (spans) => spans.length,
    limit: MOST_WAITING,
    onSettled: (spans) => outbox.settle(spans),
  });
}

/** Sends log records over OTLP. */
export function logExporter(
  settings: SignalSettings,
  outbox: Outbox<ReadableLogRecord>,
): LogRecordExporter & PatientExporter<ReadableLogRecord[]> {
  const options = exporterOptions(settings);
  const inner = settings.json ? new JsonLogExporter(options) : new ProtobufLogExporter(options);
  return patientExporter<ReadableLogRecord[]>(inner, {
    destination: settings.url,
    sizeOf: (records) => records.length,
    limit: MOST_WAITING,
    onSettled: (records) => outbox.settle(records),
  });
}

/** Sends metrics over OTLP. Cumulative points that are lost are made up for by the next ones. */
export function metricExporter(settings: SignalSettings): PushMetricExporter & PatientExporter<ResourceMetrics> {
  const options = exporterOptions(settings);
  const inner = settings.json ? new JsonMetricExporter(options) : new ProtobufMetricExporter(options);
  const patient = patientExporter<ResourceMetrics>(inner, {
    destination: settings.url,
    sizeOf: () => 1,
    limit: MOST_METRIC_BATCHES,
    onSettled: () => {},
  });
  // Assigned onto the exporter rather than spread: its counters are getters.
  return Object.assign(patient, {
    selectAggregation: inner.selectAggregation.bind(inner),
    selectAggregationTemporality: inner.selectAggregationTemporality.bind(inner),
  });
}
