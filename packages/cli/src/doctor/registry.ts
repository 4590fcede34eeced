import { anthropicSdkCheck } from "./checks/anthropic-sdk.ts";
import { claudeCodeCheck } from "./checks/claude-code.ts";
import { collectorCheck } from "./checks/collector.ts";
import { otelApiCheck } from "./checks/otel-api.ts";
import { otherInstrumentationsCheck } from "./checks/other-instrumentations.ts";
import { otlpEndpointCheck } from "./checks/otlp-endpoint.ts";
import { runtimeCheck } from "./checks/runtime.ts";
import type { Check } from "./probe.ts";

/** Every check, in the order in which its findings are told. */
export const CHECKS: readonly Check[] = [
  runtimeCheck,
  collectorCheck,
  otlpEndpointCheck,
  anthropicSdkCheck,
  otelApiCheck,
  otherInstrumentationsCheck,
  claudeCodeCheck,
];
