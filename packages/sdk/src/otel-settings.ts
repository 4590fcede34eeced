import { flag, positive, text, type Environment } from "./options.ts";

/** A kind of telemetry, spelled as in `OTEL_EXPORTER_OTLP_{SIGNAL}_*`. */
type Signal = "TRACES" | "LOGS" | "METRICS";

/** Where and how one signal is sent. */
export interface SignalSettings {
  readonly signal: Signal;
  /** Exporters in the order of the variable; `none` gives an empty list. */
  readonly exporters: readonly ("otlp" | "console")[];
  readonly json: boolean;
  /** Full URL, e.g. `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  /** Longest silence on the connection before an attempt is given up (milliseconds). */
  readonly timeout: number;
  /** Paths of PEM files for TLS. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** What the standard `OTEL_*` variables say, as far as the OpenTelemetry packages do not read them themselves. */
export interface OtelSettings {
  readonly disabled: boolean;
  readonly traces: SignalSettings;
  readonly logs: SignalSettings;
  readonly metrics: SignalSettings;
  readonly propagators: readonly string[];
  readonly logLevel: string | undefined;
  readonly spanDelay: number;
  readonly log: { readonly delay: number; readonly timeout: number; readonly queue: number; readonly batch: number };
  readonly metricInterval: number;
  readonly metricTimeout: number;
  /** What is wrong with the settings, a sentence each, for the person who set them. */
  readonly warnings: readonly string[];
}

/** Where telemetry goes when nothing else is said: the collector on this machine. */
export const DEFAULT_ENDPOINT = "http://127.0.0.1:4318";

const PATHS = { TRACES: "v1/traces", LOGS: "v1/logs", METRICS: "v1/metrics" } as const;
const PROTOCOLS = new Set(["http/protobuf", "http/json", "grpc"]);

/** A per-signal variable, or the common one. Source: OpenTelemetry, OTLP exporter configuration. */
function otlpVariable(env: Environment, signal: Signal, name: string): string | undefined {
  return text(env, `OTEL_EXPORTER_OTLP_${signal}_${name}`) ?? text(env, `OTEL_EXPORTER_OTLP_${name}`);
}

function url(env: Environment, signal: Signal, warnings: Set<string>): string {
  const own = text(env, `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`);
  const common = text(env, "OTEL_EXPORTER_OTLP_ENDPOINT");
  const fallback = `${DEFAULT_ENDPOINT}/${PATHS[signal]}`;
  const wanted = own ?? (common === undefined ? fallback : `${common.replace(/\/+$/, "")}/${PATHS[signal]}`);
  if (URL.canParse(wanted) && /^https?:$/.test(new URL(wanted).protocol)) return wanted;
  warnings.add(`The OTLP endpoint "${own ?? common}" is not an http or https URL; ${DEFAULT_ENDPOINT} is used.`);
  return fallback;
}

function isJson(env: Environment, signal: Signal, warnings: Set<string>): boolean {
  const protocol = otlpVariable(env, signal, "PROTOCOL") ?? "http/protobuf";
  if (!PROTOCOLS.has(protocol)) {
    warnings.add(`OTEL_EXPORTER_OTLP_PROTOCOL "${protocol}" is not known; expected http/protobuf or http/json.`);
  }
  if (protocol === "grpc") {
    warnings.add(
      "OTEL_EXPORTER_OTLP_PROTOCOL is grpc, which this SDK does not speak; protobuf over HTTP is used. " +
        "Set it to http/protobuf and let OTEL_EXPORTER_OTLP_ENDPOINT name the HTTP port (4318).",
    );
  }
  return protocol === "http/json";
}

function exporters(env: Environment, signal: Signal, warnings: Set<string>): readonly ("otlp" | "console")[] {
  const names = (text(env, `OTEL_${signal}_EXPORTER`) ?? "otlp").split(",").map((name) => name.trim());
  const known: ("otlp" | "console")[] = [];
  for (const name of names) {
    if (name === "otlp" || name === "console") known.push(name);
    else if (name !== "none" && name !== "") {
      warnings.add(`OTEL_${signal}_EXPORTER "${name}" is not known; expected otlp, console or none.`);
    }
  }
  return names.includes("none") ? [] : known;
}

function signalSettings(env: Environment, signal: Signal, warnings: Set<string>): SignalSettings {
  const ca = otlpVariable(env, signal, "CERTIFICATE");
  const cert = otlpVariable(env, signal, "CLIENT_CERTIFICATE");
  const key = otlpVariable(env, signal, "CLIENT_KEY");
  return {
    signal,
    exporters: exporters(env, signal, warnings),
    json: isJson(env, signal, warnings),
    url: url(env, signal, warnings),
    timeout:
      positive(env, `OTEL_EXPORTER_OTLP_${signal}_TIMEOUT`) ?? positive(env, "OTEL_EXPORTER_OTLP_TIMEOUT") ?? 10_000,
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
  };
}

/** Reads the standard variables. Delays are shorter than the standard ones, so that things are seen live. */
export function readOtelSettings(env: Environment): OtelSettings {
  const warnings = new Set<string>();
  const metricInterval = positive(env, "OTEL_METRIC_EXPORT_INTERVAL") ?? 10_000;
  return {
    disabled: flag(env, "OTEL_SDK_DISABLED") === true,
    traces: signalSettings(env, "TRACES", warnings),
    logs: signalSettings(env, "LOGS", warnings),
    metrics: signalSettings(env, "METRICS", warnings),
    propagators: (text(env, "OTEL_PROPAGATORS") ?? "tracecontext,baggage").split(",").map((name) => name.trim()),
    logLevel: text(env, "OTEL_LOG_LEVEL"),
    spanDelay: positive(env, "OTEL_BSP_SCHEDULE_DELAY") ?? 1000,
    log: {
      delay: positive(env, "OTEL_BLRP_SCHEDULE_DELAY") ?? 200,
      timeout: positive(env, "OTEL_BLRP_EXPORT_TIMEOUT") ?? 30_000,
      queue: positive(env, "OTEL_BLRP_MAX_QUEUE_SIZE") ?? 2048,
      batch: positive(env, "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE") ?? 512,
    },
    metricInterval,
    metricTimeout: Math.min(positive(env, "OTEL_METRIC_EXPORT_TIMEOUT") ?? 30_000, metricInterval),
    warnings: [...warnings],
  };
}
