import {
  context,
  diag,
  metrics,
  propagation,
  trace,
  type DiagLogger,
  type TextMapPropagator,
  type TracerProvider,
} from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";
import {
  CompositePropagator,
  diagLogLevelFromString,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from "@opentelemetry/core";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { ATTR_SESSION_ID, ATTR_USER_ID } from "@phasewise/semconv";
import { inheritedContext } from "./child-environment.ts";
import { instrumentChildProcesses } from "./child-processes.ts";
import { InheritingContextManager } from "./context-manager.ts";
import { exitBudget, type ExitBudget } from "./exit-budget.ts";
import { guard, warnOnce } from "./guard.ts";
import { labelsSpanProcessor } from "./labels-processor.ts";
import { lastRequest, postAndWait, type LastRequest } from "./last-post.ts";
import { followProcess } from "./lifecycle.ts";
import { processEnvironment, readOptions, type Environment, type Options } from "./options.ts";
import { readOtelSettings, type OtelSettings } from "./otel-settings.ts";
import { logsJson, tracesJson } from "./otlp-json.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { logPipeline, metricPipeline, sdkResource, tracePipeline, type Pipeline } from "./providers.ts";
import { sdkState, setSdkState } from "./state.ts";

interface Started {
  readonly pipelines: readonly Pipeline<unknown>[];
  readonly spans: Outbox<ReadableSpan>;
  readonly records: Outbox<ReadableLogRecord>;
}

function setDiagnostics(level: string | undefined): void {
  if (level === undefined) return;
  const write = (...parts: unknown[]): void => {
    process.stderr.write(`[opentelemetry] ${parts.map(String).join(" ")}\n`);
  };
  const logger: DiagLogger = { error: write, warn: write, info: write, debug: write, verbose: write };
  const logLevel = diagLogLevelFromString(level);
  diag.setLogger(logger, { ...(logLevel !== undefined && { logLevel }), suppressOverrideMessage: true });
}

/** The provider that somebody registered before us. */
function existingTracerProvider(): TracerProvider | undefined {
  const provider: TracerProvider & { getDelegateTracer?(name: string): unknown; getDelegate?(): TracerProvider } =
    trace.getTracerProvider();
  if (provider.getDelegateTracer === undefined) return provider;
  return provider.getDelegateTracer("@phasewise/sdk") === undefined
    ? undefined
    : (provider.getDelegate?.() ?? provider);
}

function join(provider: TracerProvider): void {
  const open = provider as { addSpanProcessor?(processor: unknown): void };
  if (typeof open.addSpanProcessor === "function") {
    open.addSpanProcessor(labelsSpanProcessor());
    return;
  }
  warnOnce(
    "This process has an OpenTelemetry tracer provider already, and it takes no more span processors. Its spans go " +
      "where it sends them, without run, phase and agent. Give it `labelsSpanProcessor()` from @phasewise/sdk in its " +
      "`spanProcessors`, or load @phasewise/sdk/register instead of it.",
  );
}

function startTraces(settings: OtelSettings, started: Started): Pipeline<unknown>[] {
  const existing = existingTracerProvider();
  if (existing !== undefined) {
    join(existing);
    return [];
  }
  if (settings.traces.exporters.length === 0) return [];
  const pipeline = tracePipeline(settings, sdkResource(), started.spans);
  if (trace.setGlobalTracerProvider(pipeline.provider)) return [pipeline];
  warnOnce(
    "Another version of @opentelemetry/api is registered in this process, so no spans can be recorded. " +
      "Make all packages use one version (`npm ls @opentelemetry/api`).",
  );
  return [];
}

function startLogs(settings: OtelSettings, started: Started): Pipeline<unknown>[] {
  if (settings.logs.exporters.length === 0) return [];
  const pipeline = logPipeline(settings, sdkResource(), started.records);
  if (logs.setGlobalLoggerProvider(pipeline.provider) === pipeline.provider) return [pipeline];
  void pipeline.provider.shutdown();
  return [];
}

function startMetrics(settings: OtelSettings): Pipeline<unknown>[] {
  if (settings.metrics.exporters.length === 0) return [];
  const pipeline = metricPipeline(settings, sdkResource());
  if (metrics.setGlobalMeterProvider(pipeline.provider)) return [pipeline];
  void pipeline.provider.shutdown().catch(() => {});
  return [];
}

function startContext(settings: OtelSettings, options: Options, env: Environment): void {
  const own = {
    ...(options.sessionId !== undefined && { [ATTR_SESSION_ID]: options.sessionId }),
    ...(options.userId !== undefined && { [ATTR_USER_ID]: options.userId }),
  };
  context.setGlobalContextManager(new InheritingContextManager(inheritedContext(env, own)).enable());
  const propagators: TextMapPropagator[] = [];
  for (const name of settings.propagators) {
    if (name === "tracecontext") propagators.push(new W3CTraceContextPropagator());
    else if (name === "baggage") propagators.push(new W3CBaggagePropagator());
    else if (name !== "none" && name !== "") {
      warnOnce(`OTEL_PROPAGATORS "${name}" is not known here; expected tracecontext, baggage or none.`);
    }
  }
  if (propagators.length > 0 && !settings.propagators.includes("none")) {
    propagation.setGlobalPropagator(new CompositePropagator({ propagators }));
  }
}

/** Flushes everything, for at most so many milliseconds, and holds the process up only that long. */
async function flushWithin(
  pipelines: readonly Pipeline<unknown>[],
  timeout: number,
  budget: ExitBudget,
): Promise<void> {
  const attempt = Promise.allSettled(pipelines.map((pipeline) => pipeline.flush()));
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    limit = setTimeout(resolve, timeout, "late");
  });
  if ((await Promise.race([late, attempt])) === "late") budget.hangs(attempt);
  clearTimeout(limit);
}

function lastRequests(settings: OtelSettings, env: Environment, { spans, records }: Started): LastRequest[] {
  const requests: LastRequest[] = [];
  if (spans.size > 0) requests.push(lastRequest(settings.traces, env, tracesJson(spans.pending())));
  if (records.size > 0) requests.push(lastRequest(settings.logs, env, logsJson(records.pending())));
  return requests;
}

function startSdk(given: Partial<Options>, env: Environment): void {
  const options = readOptions(env, given);
  const settings = readOtelSettings(env);
  if (!options.enabled || settings.disabled) return;
  setDiagnostics(settings.logLevel);
  for (const warning of settings.warnings) warnOnce(warning);

  const pipelines: Pipeline<unknown>[] = [];
  const started: Started = { pipelines, spans: createOutbox(), records: createOutbox() };
  const budget = exitBudget(options.flushTimeout);
  const flush = (): Promise<void> => flushWithin(pipelines, options.flushTimeout, budget);
  setSdkState({ options, flush });
  startContext(settings, options, env);
  pipelines.push(...startTraces(settings, started), ...startLogs(settings, started), ...startMetrics(settings));
  if (options.childProcesses) instrumentChildProcesses();
  followProcess({
    produced: () => started.spans.added + started.records.added,
    flush: async () => {
      const left = budget.left();
      if (left === 0) return;
      const done = budget.spend();
      await flushWithin(pipelines, left, budget);
      done();
    },
    sendAndWait: () => {
      // A collector that did not answer so far will not answer now, and the host is not kept waiting for it.
      if (!options.exitFlush || pipelines.some((pipeline) => pipeline.reachable() === false)) return;
      const left = budget.left();
      if (left > 0) postAndWait(lastRequests(settings, env, started), left);
    },
  });
}

/**
 * Registers providers of spans, log records and metrics, context and propagation, and follows the process to its end.
 * Does nothing when that was done before. Never throws.
 */
export function start(given: Partial<Options> = {}): void {
  if (sdkState() !== undefined) return;
  guard(() => startSdk(given, processEnvironment()));
}
