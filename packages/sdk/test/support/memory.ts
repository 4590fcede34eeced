import { context, trace } from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { labelsLogProcessor, labelsSpanProcessor } from "../../src/index.ts";

/** Everything that this process records, in memory. */
export interface Memory {
  readonly spans: InMemorySpanExporter;
  readonly logs: InMemoryLogRecordExporter;
  /** The one finished span of that name. */
  span(name: string): ReadableSpan;
  reset(): void;
}

/** Registers real providers that export to memory. Once per test file: the globals are the process's. */
export function recordInMemory(): Memory {
  const spans = new InMemorySpanExporter();
  const records = new InMemoryLogRecordExporter();
  const spanProcessors = [labelsSpanProcessor(), new SimpleSpanProcessor(spans)];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
  const processors = [labelsLogProcessor(), new SimpleLogRecordProcessor({ exporter: records })];
  logs.setGlobalLoggerProvider(new LoggerProvider({ processors }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return {
    spans,
    logs: records,
    span(name: string): ReadableSpan {
      const found = spans.getFinishedSpans().filter((span) => span.name === name);
      if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} spans are named "${name}"`);
      return found[0];
    },
    reset(): void {
      spans.reset();
      records.reset();
    },
  };
}
