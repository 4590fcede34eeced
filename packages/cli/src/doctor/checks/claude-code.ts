import { advisedEndpoint } from "../advised-endpoint.ts";
import type { Finding } from "../finding.ts";
import type { Check, Probe } from "../probe.ts";

type Result = Omit<Finding, "check">;

const LINES =
  "export CLAUDE_CODE_ENABLE_TELEMETRY=1 CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1 " +
  "OTEL_TRACES_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp OTEL_METRICS_EXPORTER=otlp " +
  "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=";

const EXPORTERS = ["OTEL_TRACES_EXPORTER", "OTEL_LOGS_EXPORTER", "OTEL_METRICS_EXPORTER"] as const;

/** Whether Claude Code started here would send all that it can, to somewhere that understands it. */
export const claudeCodeCheck: Check = {
  name: "claude code",
  run: async ({ claudeEnv: env, hasClaudeCode, collectorUrl }) => {
    const endpoint = advisedEndpoint(env, collectorUrl);
    if (!isOn(env["CLAUDE_CODE_ENABLE_TELEMETRY"])) return [notEnabled(env, hasClaudeCode, endpoint)];
    const findings = [...exporterFindings(env, endpoint), ...traceFindings(env), ...targetFindings(env, endpoint)];
    return findings.length > 0 ? findings : [{ level: "ok", what: "Claude Code sends traces, events and metrics." }];
  },
};

type Environment = Probe["claudeEnv"];

function notEnabled(env: Environment, hasClaudeCode: boolean, endpoint: string): Result {
  if (isOn(env["CLAUDE_CODE_ENHANCED_TELEMETRY_BETA"])) {
    return {
      level: "fail",
      what: "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA is set without CLAUDE_CODE_ENABLE_TELEMETRY=1: nothing is sent.",
      mend: "export CLAUDE_CODE_ENABLE_TELEMETRY=1",
    };
  }
  if (!hasClaudeCode) return { level: "ok", what: "Claude Code is not installed here." };
  return {
    level: "warn",
    what: "Claude Code is installed, and its telemetry is off (CLAUDE_CODE_ENABLE_TELEMETRY is not 1).",
    mend: `${LINES}${endpoint}`,
  };
}

function exporterFindings(env: Environment, endpoint: string): Result[] {
  const findings: Result[] = [];
  for (const variable of EXPORTERS) {
    const value = env[variable] ?? "";
    if (value.split(",").some((part) => part.trim() === "console")) {
      findings.push({
        level: "fail",
        what: `${variable}=${value}: the console exporter writes into Claude Code's own output.`,
        mend: `export ${variable}=otlp`,
      });
    }
  }
  if (!EXPORTERS.some((variable) => (env[variable] ?? "").includes("otlp"))) {
    findings.push({
      level: "fail",
      what: "Telemetry is on, but no exporter is named: nothing is sent.",
      mend: `${LINES}${endpoint}`,
    });
  } else if (!(env["OTEL_LOGS_EXPORTER"] ?? "").includes("otlp")) {
    findings.push({
      level: "warn",
      what: "OTEL_LOGS_EXPORTER is not otlp: Claude Code's own cost of each call is in its events, and they are not sent.",
      mend: "export OTEL_LOGS_EXPORTER=otlp",
    });
  }
  return findings;
}

function traceFindings(env: Environment): Result[] {
  const beta = isOn(env["CLAUDE_CODE_ENHANCED_TELEMETRY_BETA"]) || isOn(env["ENABLE_ENHANCED_TELEMETRY_BETA"]);
  const exporter = (env["OTEL_TRACES_EXPORTER"] ?? "").includes("otlp");
  if (exporter && !beta) {
    return [
      {
        level: "fail",
        what: "OTEL_TRACES_EXPORTER is set, but Claude Code writes spans only with CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1.",
        mend: "export CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1",
      },
    ];
  }
  if (exporter) return [];
  return [
    {
      level: "warn",
      what: "Claude Code sends no spans, so its calls belong to no run, phase or sub-agent.",
      mend: "export CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1 OTEL_TRACES_EXPORTER=otlp",
    },
  ];
}

function targetFindings(env: Environment, endpoint: string): Result[] {
  const findings: Result[] = [];
  const protocol = env["OTEL_EXPORTER_OTLP_PROTOCOL"];
  const perSignal = ["TRACES", "LOGS", "METRICS"].some((signal) =>
    filled(env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`]),
  );
  if (!filled(protocol) && !perSignal) {
    findings.push({
      level: "warn",
      what: "OTEL_EXPORTER_OTLP_PROTOCOL is not set; name it rather than trust a default.",
      mend: "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    });
  } else if (filled(protocol) && !["grpc", "http/protobuf", "http/json"].includes(protocol ?? "")) {
    findings.push({
      level: "fail",
      what: `OTEL_EXPORTER_OTLP_PROTOCOL: expected grpc, http/protobuf or http/json, got "${protocol}".`,
      mend: "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    });
  }
  if (!filled(env["OTEL_EXPORTER_OTLP_ENDPOINT"]) && !filled(env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])) {
    findings.push({
      level: "warn",
      what: "OTEL_EXPORTER_OTLP_ENDPOINT is not set; telemetry goes to the default address.",
      mend: `export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`,
    });
  }
  return findings;
}

function filled(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== "";
}

function isOn(value: string | undefined): boolean {
  return value === "1" || value?.toLowerCase() === "true";
}
