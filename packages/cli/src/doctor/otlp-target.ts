/** Where the variables of a process send its traces. */
export interface OtlpTarget {
  readonly protocol: string;
  /** Full URL for HTTP, base for gRPC. */
  readonly url: string;
  /** What the variable says, without what the exporter adds. */
  readonly named: string | undefined;
  /** The variable that said so, or null when it is the default. */
  readonly variable: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads the OTLP exporter variables as the OpenTelemetry specification tells; traces before general ones. */
export function otlpTarget(env: Readonly<Record<string, string | undefined>>): OtlpTarget {
  const protocol =
    filled(env["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"]) ?? filled(env["OTEL_EXPORTER_OTLP_PROTOCOL"]) ?? "http/protobuf";
  const traces = filled(env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]);
  const general = filled(env["OTEL_EXPORTER_OTLP_ENDPOINT"]);
  const base = general ?? (protocol === "grpc" ? "http://127.0.0.1:4317" : "http://127.0.0.1:4318");
  const url = traces ?? (protocol === "grpc" ? base : `${base.replace(/\/+$/, "")}/v1/traces`);
  return {
    protocol,
    url,
    named: traces ?? general,
    variable: variableOf(traces, general),
    headers: {
      ...headersOf(env["OTEL_EXPORTER_OTLP_HEADERS"]),
      ...headersOf(env["OTEL_EXPORTER_OTLP_TRACES_HEADERS"]),
    },
  };
}

function variableOf(traces: string | undefined, general: string | undefined): string | null {
  if (traces !== undefined) return "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
  return general === undefined ? null : "OTEL_EXPORTER_OTLP_ENDPOINT";
}

function filled(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}

function headersOf(text: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of (text ?? "").split(",")) {
    const split = pair.indexOf("=");
    if (split > 0) headers[pair.slice(0, split).trim()] = decode(pair.slice(split + 1).trim());
  }
  return headers;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
