import type { MeterProvider as MeterProviderApi } from "@opentelemetry/api";
import {
  detectResources,
  envDetector,
  resourceFromAttributes,
  defaultResource,
  type Resource,
} from "@opentelemetry/resources";
import {
  BatchLogRecordProcessor,
  ConsoleLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
  type LogRecordProcessor,
  type ReadableLogRecord,
  type ReadWriteLogRecord,
} from "@opentelemetry/sdk-logs";
import { ConsoleMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { TraceFlags } from "@opentelemetry/api";
import { logExporter, metricExporter, spanExporter } from "./exporters.ts";
import { LABEL_NAMES } from "./labels.ts";
import { labelsLogProcessor, labelsSpanProcessor } from "./labels-processor.ts";
import type { OtelSettings } from "./otel-settings.ts";
import type { Outbox } from "./outbox.ts";

/** One signal's provider, what sends it, and whether that arrives. */
export interface Pipeline<P> {
  readonly provider: P;
  /** Hands over and sends what waits. */
  flush(): Promise<void>;
  /** Whether the last attempt arrived; undefined when there was none. */
  reachable(): boolean | undefined;
}

/**
 * Who sends: the standard variables over the OpenTelemetry defaults. Labels that a parent process left there are taken
 * out again, because here they belong to the context, which can change, and not to the process.
 */
export function sdkResource(): Resource {
  const { attributes } = detectResources({ detectors: [envDetector] });
  const kept = Object.entries(attributes).filter(
    ([name]) => !name.startsWith("phasewise.") || !LABEL_NAMES.includes(name),
  );
  return defaultResource().merge(resourceFromAttributes(Object.fromEntries(kept)));
}

/** The provider of spans: labels first, then the way out. */
export function tracePipeline(
  settings: OtelSettings,
  resource: Resource,
  outbox: Outbox<ReadableSpan>,
): Pipeline<BasicTracerProvider> {
  const exporter = spanExporter(settings.traces, outbox);
  const batch = new BatchSpanProcessor(exporter, { scheduledDelayMillis: settings.spanDelay });
  const flush = async (): Promise<void> => {
    await batch.forceFlush();
    await exporter.forceFlush();
  };
  const delivery: SpanProcessor = {
    onStart: () => {},
    onEnd(span: ReadableSpan): void {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) outbox.add(span);
      batch.onEnd(span);
    },
    forceFlush: flush,
    shutdown: () => batch.shutdown(),
  };
  const spanProcessors = [labelsSpanProcessor()];
  for (const name of settings.traces.exporters) {
    spanProcessors.push(name === "otlp" ? delivery : new SimpleSpanProcessor(new ConsoleSpanExporter()));
  }
  // Sampler, limits and the rest of OTEL_BSP_* the provider and the processor read themselves.
  const provider = new BasicTracerProvider({ resource, spanProcessors });
  return { provider, flush, reachable: () => exporter.reachable };
}

/** The provider of log records. */
export function logPipeline(
  settings: OtelSettings,
  resource: Resource,
  outbox: Outbox<ReadableLogRecord>,
): Pipeline<LoggerProvider> {
  const exporter = logExporter(settings.logs, outbox);
  const { delay, timeout, queue, batch: size } = settings.log;
  const batch = new BatchLogRecordProcessor({
    exporter,
    scheduledDelayMillis: delay,
    exportTimeoutMillis: timeout,
    maxQueueSize: queue,
    maxExportBatchSize: size,
  });
  const flush = async (): Promise<void> => {
    await batch.forceFlush();
    await exporter.forceFlush();
  };
  const delivery: LogRecordProcessor = {
    onEmit(record: ReadWriteLogRecord): void {
      outbox.add(record);
      batch.onEmit(record);
    },
    forceFlush: flush,
    shutdown: () => batch.shutdown(),
  };
  const processors = [labelsLogProcessor()];
  for (const name of settings.logs.exporters) {
    processors.push(
      name === "otlp" ? delivery : new SimpleLogRecordProcessor({ exporter: new ConsoleLogRecordExporter() }),
    );
  }
  return { provider: new LoggerProvider({ resource, processors }), flush, reachable: () => exporter.reachable };
}

/** The provider of metrics. */
export function metricPipeline(settings: OtelSettings, resource: Resource): Pipeline<MeterProvider & MeterProviderApi> {
  const otlp = metricExporter(settings.metrics);
  const readers = settings.metrics.exporters.map(
    (name) =>
      new PeriodicExportingMetricReader({
        exporter: name === "otlp" ? otlp : new ConsoleMetricExporter(),
        exportIntervalMillis: settings.metricInterval,
        exportTimeoutMillis: settings.metricTimeout,
      }),
  );
  const provider = new MeterProvider({ resource, readers });
  const flush = async (): Promise<void> => {
    await provider.forceFlush();
    await otlp.forceFlush();
  };
  return { provider, flush, reachable: () => otlp.reachable };
}
