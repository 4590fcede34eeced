import { connect } from "node:net";
import { causeOf } from "../../api-client.ts";
import { collectorEndpoint, httpEndpoint } from "../advised-endpoint.ts";
import type { Finding } from "../finding.ts";
import { type OtlpTarget, otlpTarget } from "../otlp-target.ts";
import { type Check, PATIENCE_MS, type Probe } from "../probe.ts";

type Result = Omit<Finding, "check">;

/** Where agents started from this shell send their spans, and whether anything takes them there. */
export const otlpEndpointCheck: Check = {
  name: "otlp endpoint",
  run: async (probe) => {
    const target = otlpTarget(probe.env);
    const said = switchedOff(probe.env);
    const shape = shapeProblem(target, probe.collectorUrl);
    if (shape !== undefined) return [...said, shape];
    return [...said, target.protocol === "grpc" ? await tryGrpc(probe, target) : await tryHttp(probe, target)];
  },
};

function switchedOff(env: Probe["env"]): Result[] {
  const found: Result[] = [];
  if (env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") {
    found.push({
      level: "fail",
      what: "OTEL_SDK_DISABLED=true: OpenTelemetry sends nothing.",
      mend: "unset OTEL_SDK_DISABLED",
    });
  }
  if (env["OTEL_TRACES_EXPORTER"] === "none") {
    found.push({
      level: "fail",
      what: "OTEL_TRACES_EXPORTER=none: no spans are sent.",
      mend: "export OTEL_TRACES_EXPORTER=otlp",
    });
  }
  const sampler = env["OTEL_TRACES_SAMPLER"] ?? "";
  if (sampler !== "" && !sampler.endsWith("always_on")) {
    found.push({
      level: "warn",
      what: `OTEL_TRACES_SAMPLER=${sampler}: calls that are not sampled are missing from tokens and cost.`,
      mend: "export OTEL_TRACES_SAMPLER=parentbased_always_on",
    });
  }
  return found;
}

/** What cannot work whatever listens there. */
function shapeProblem(target: OtlpTarget, collectorUrl: string): Result | undefined {
  const { protocol, url, named, variable } = target;
  const parsed = URL.parse(url);
  const name = variable ?? "OTEL_EXPORTER_OTLP_ENDPOINT";
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    return {
      level: "fail",
      what: `${name}: expected an http(s) address, got "${url}".`,
      mend: `export ${name}=${collectorEndpoint(collectorUrl)}${name.includes("TRACES") ? "/v1/traces" : ""}`,
    };
  }
  if (/\/v1\/\w+\/v1\/traces$/.test(parsed.pathname)) {
    return {
      level: "fail",
      what: `${name} has a signal's path, and the exporter adds its own: ${url}.`,
      mend: `export ${name}=${parsed.origin}`,
    };
  }
  if (variable === "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" && protocol !== "grpc" && parsed.pathname === "/") {
    return {
      level: "fail",
      what: `${name} is used as it is, and has no path: ${url}.`,
      mend: `export ${name}=${parsed.origin}/v1/traces`,
    };
  }
  const contradicts =
    (protocol === "grpc" && parsed.port === "4318") || (protocol !== "grpc" && parsed.port === "4317");
  if (!contradicts) return undefined;
  return {
    level: "fail",
    what: `Protocol ${protocol} and port ${parsed.port} contradict each other: 4317 is gRPC, 4318 is HTTP.`,
    mend: `export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf ${name}=${httpEndpoint(URL.parse(named ?? url) ?? parsed)}`,
  };
}

async function tryHttp({ context, collectorUrl }: Probe, target: OtlpTarget): Promise<Result> {
  const origin = target.variable === null ? "default" : target.variable;
  try {
    // A request without spans: any receiver answers it, none stores anything.
    const response = await context.fetch(target.url, {
      method: "POST",
      headers: { ...target.headers, "content-type": "application/json" },
      body: '{"resourceSpans":[]}',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) return { level: "ok", what: `${target.url} takes spans (${origin}).` };
    const refused = response.status === 401 || response.status === 403;
    return {
      level: "fail",
      what: `${target.url} refuses spans with HTTP ${response.status} (${origin}).`,
      mend: refused
        ? 'export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer <the collector\'s token>"'
        : pointAt(target, collectorUrl),
    };
  } catch (error) {
    return notThere(target, collectorUrl, causeOf(error));
  }
}

async function tryGrpc({ collectorUrl }: Probe, target: OtlpTarget): Promise<Result> {
  const { hostname, port } = new URL(target.url);
  const failure = await new Promise<string | undefined>((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port === "" ? "4317" : port) });
    const end = (reason: string | undefined): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(PATIENCE_MS, () => {
      end("no answer in time");
    });
    socket.once("connect", () => {
      end(undefined);
    });
    socket.once("error", (error) => {
      end(causeOf(error));
    });
  });
  return failure === undefined
    ? { level: "ok", what: `${target.url} accepts connections (gRPC).` }
    : notThere(target, collectorUrl, failure);
}

function notThere(target: OtlpTarget, collectorUrl: string, reason: string): Result {
  return {
    level: "fail",
    what: `Nothing takes spans at ${target.url} (${reason}); agents started from this shell lose theirs.`,
    mend: `Start the collector there. ${pointAt(target, collectorUrl)}`,
  };
}

/** How to send to the collector in use, unless that is what is done already. */
function pointAt(target: OtlpTarget, collectorUrl: string): string {
  const endpoint = collectorEndpoint(collectorUrl);
  return target.url.startsWith(endpoint)
    ? `If the collector at ${collectorUrl} was started with another --otlp-http-port, name that one in OTEL_EXPORTER_OTLP_ENDPOINT.`
    : `If your collector is the one at ${collectorUrl}: export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`;
}
