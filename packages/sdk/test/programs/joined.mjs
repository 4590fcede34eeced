// A host with a tracer provider of its own, which then imports the registration.
import { context, trace } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { labelsSpanProcessor, run } from "@phasewise/sdk";

const kind = process.argv[2];
const exporter = new InMemorySpanExporter();
const spanProcessors = [new SimpleSpanProcessor(exporter)];
if (kind === "labels") spanProcessors.unshift(labelsSpanProcessor());
const provider = new BasicTracerProvider({ spanProcessors });
if (kind === "open") {
  // What providers of OpenTelemetry JS 1.x had.
  const added = [];
  provider.addSpanProcessor = (processor) => added.push(processor);
  const getTracer = provider.getTracer.bind(provider);
  provider.getTracer = (...args) => {
    const tracer = getTracer(...args);
    const startSpan = tracer.startSpan.bind(tracer);
    return {
      startSpan(name, options, context) {
        const span = startSpan(name, options, context);
        for (const processor of added) processor.onStart(span, context);
        return span;
      },
    };
  };
}
trace.setGlobalTracerProvider(provider);
await import("@phasewise/sdk/register");

run({ name: "r", id: "1" }, () => {
  const tracer = trace.getTracer("other");
  tracer.startSpan("x", {}, context.active()).end();
});
console.log(
  JSON.stringify(exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes["phasewise.run.id"]])),
);
