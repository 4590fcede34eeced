/** Port of OTLP over HTTP, of the specification and of the collector. */
const HTTP_PORT = "4318";
const GRPC_PORT = "4317";

type Environment = Readonly<Record<string, string | undefined>>;

/** Base address of OTLP over HTTP to advise: the one that the variables name, else that of the collector in use. */
export function advisedEndpoint(env: Environment, collectorUrl: string): string {
  const named = URL.parse(env["OTEL_EXPORTER_OTLP_ENDPOINT"]?.trim() ?? "");
  return named === null || !/^https?:$/.test(named.protocol) ? collectorEndpoint(collectorUrl) : httpEndpoint(named);
}

/** Base address of OTLP over HTTP on the machine of the collector; its own port for it cannot be seen from outside. */
export function collectorEndpoint(collectorUrl: string): string {
  const { protocol, hostname } = new URL(collectorUrl);
  return `${protocol}//${hostname}:${HTTP_PORT}`;
}

/** The same address for OTLP over HTTP: one for gRPC gets the other port. */
export function httpEndpoint(url: URL): string {
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.protocol}//${url.port === GRPC_PORT ? `${url.hostname}:${HTTP_PORT}` : url.host}${path}`;
}
