/**
 * Handles: the spans that the Claude API itself exports ("telemetry destinations", beta).
 * Reference: https://platform.claude.com/docs/en/api/opentelemetry/spans
 * Recognised by: scope `com.anthropic.claude-platform*`, or resource `service.name` `claude-platform`.
 * Produces: `model_call` with a call for `chat` spans, `tool_call`, `agent` with an aggregate where it states usage,
 * `other`.
 *
 * The same requests as the client's spans, in the same trace: the request id joins them. Input includes the cache.
 */
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_TOOL_CALL_ID,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_SERVICE_NAME,
} from "@phasewise/semconv";
import type { Span } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import { hasGenAiUsage, readGenAiCall } from "../../gen-ai-call.ts";
import { readLabels } from "../../labels.ts";
import type { CallReading, SpanOperation } from "../../records.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import type { Dialect } from "../dialect.ts";

const SCOPE_PREFIX = "com.anthropic.claude-platform";
const SERVICE_NAME = "claude-platform";
const CALL_RANK = 30;
const AGGREGATE_RANK = 90;

const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["chat", "model_call"],
  ["invoke_agent", "agent"],
  ["execute_tool", "tool_call"],
]);

/** The server side of the Claude API. */
export const claudePlatform: Dialect = {
  id: "claude_platform",
  title: "Claude API (server spans)",
  reference: "https://platform.claude.com/docs/en/api/opentelemetry/spans",
  versions: "beta of November 2026 (from its documentation)",
  recognisesSpan: (_span, { resource, scope }) =>
    scope.name.startsWith(SCOPE_PREFIX) || resource.attributes.get(ATTR_SERVICE_NAME) === SERVICE_NAME,
  readSpan(span, { resource }) {
    const { attributes } = span;
    const failure = readFailure(span);
    const labels = readLabels(attributes, resource);
    const operation = OPERATIONS.get(readText(attributes, ATTR_GEN_AI_OPERATION_NAME) ?? "") ?? "other";
    return {
      operation,
      labels: { ...labels, sessionId: labels.sessionId ?? readText(attributes, "anthropic.session.id") },
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: readText(attributes, ATTR_GEN_AI_TOOL_NAME),
      toolCallId: readText(attributes, ATTR_GEN_AI_TOOL_CALL_ID),
      mcpServer: readText(attributes, "anthropic.mcp.server.name"),
      evidence: readEvidence(span, operation, failure),
    };
  },
};

function readEvidence(span: Span, operation: SpanOperation, failure: Failure): CallReading | undefined {
  const isCall = operation === "model_call";
  if (!isCall && !(operation === "agent" && hasGenAiUsage(span.attributes))) return undefined;
  return readGenAiCall(span, failure, {
    scope: isCall ? "call" : "aggregate",
    rank: isCall ? CALL_RANK : AGGREGATE_RANK,
    inputMeaning: "inclusive",
    status: failure.failed ? "error" : "ok",
  });
}
