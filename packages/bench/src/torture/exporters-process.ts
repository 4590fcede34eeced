/** Programs with the OpenTelemetry JS SDK in its default settings, in a process of their own: what do they drop? */
import { setTimeout as sleep } from "node:timers/promises";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-base";

/** What this process is told and what it says. */
export interface ExportersOptions {
  readonly port: number;
  readonly exporters: number;
  /** Spans a second of each. */
  readonly rate: number;
  readonly seconds: number;
}

/** What became of the spans. */
export interface ExportersResult {
  readonly ended: number;
  readonly exported: number;
  readonly failedBatches: number;
  readonly failures: readonly string[];
}

const SERVICE = "overload-exporter";
const TICK_MS = 50;

async function run(options: ExportersOptions): Promise<ExportersResult> {
  let ended = 0;
  let exported = 0;
  let failedBatches = 0;
  const failures: string[] = [];
  const providers = Array.from({ length: options.exporters }, () => {
    const inner = new OTLPTraceExporter({ url: `http://127.0.0.1:${options.port}/v1/traces` });
    // Counts what the exporter answers to the processor; the exporting and its retries stay its own.
    const counting: SpanExporter = {
      export: (spans: ReadableSpan[], done: (result: ExportResult) => void) =>
        inner.export(spans, (result) => {
          if (result.code === ExportResultCode.SUCCESS) exported += spans.length;
          else {
            failedBatches++;
            if (failures.length < 5) failures.push(String(result.error));
          }
          done(result);
        }),
      shutdown: () => inner.shutdown(),
      forceFlush: () => inner.forceFlush(),
    };
    return new BasicTracerProvider({
      resource: resourceFromAttributes({ "service.name": SERVICE }),
      spanProcessors: [new BatchSpanProcessor(counting)],
    });
  });
  const tracers = providers.map((provider) => provider.getTracer("overload"));
  const until = performance.now() + options.seconds * 1000;
  while (performance.now() < until) {
    for (const tracer of tracers) {
      for (let count = 0; count < (options.rate * TICK_MS) / 1000; count++) {
        tracer.startSpan("step", { attributes: { "step.number": ended, "step.kind": "work" } }).end();
        ended++;
      }
    }
    await sleep(TICK_MS);
  }
  await Promise.all(
    providers.map((provider) => provider.shutdown().catch((error: unknown) => failures.push(String(error)))),
  );
  return { ended, exported, failedBatches, failures };
}

process.on("message", (options) => {
  run(options as ExportersOptions).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit());
