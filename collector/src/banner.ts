import type { Collector } from "./app.ts";
import type { Config } from "./config.ts";

/** What a person needs right after the start: where to look, and what to set so that something is seen. */
export function banner(config: Config, collector: Collector): string {
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  const page = `http://${host}:${collector.webPort}`;
  const otlp = `http://${host}:${collector.otlpHttpPort}`;
  const token =
    config.token === "" ? "" : `\n    export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer <your token>"`;
  return `
  Phasewise is running.

    page and HTTP API   ${page}
    OTLP over HTTP      ${otlp}
    OTLP over gRPC      http://${host}:${collector.otlpGrpcPort}
    data                ${config.dataFolder}

  An agent on Node (npm install @phasewise/sdk):
    export OTEL_EXPORTER_OTLP_ENDPOINT=${otlp}${token}
    node --import @phasewise/sdk/register agent.js

  Claude Code, and programs on the Claude Agent SDK:
    export CLAUDE_CODE_ENABLE_TELEMETRY=1 CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1
    export OTEL_TRACES_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp OTEL_METRICS_EXPORTER=otlp
    export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=${otlp}${token}

  Nothing at hand? In a second terminal:   npm run demo
  Figures in the terminal:                 npx phasewise report phase_report
  Stop with Ctrl-C.

`;
}
