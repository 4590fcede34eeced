/**
 * Handles: the spans that `@anthropic-ai/sdk` writes itself, for API methods, its tool runner and the runner's tools.
 * Reference: https://platform.claude.com/docs/en/api/opentelemetry/spans, and `src/internal/tracing.ts` of the package.
 * Recognised by: scope `com.anthropic.sdk.*`.
 * Produces: `model_call` with a call for `chat` spans, `agent` without one for the tool runner (its requests have their
 * own spans), `tool_call`, `other` for methods that answer no prompt (count_tokens, batches, files, ...).
 *
 * Input includes the cache. The cache writes have had two names; the newer one goes first. The SDK sets OK or ERROR
 * when a call is over and leaves UNSET when the program gave it up, so UNSET means cancelled. A resend count is written
 * only when there was a resend, so its absence means one attempt.
 */
import { ATTR_GEN_AI_OPERATION_NAME, ATTR_GEN_AI_TOOL_CALL_ID, ATTR_GEN_AI_TOOL_NAME } from "@phasewise/semconv";
import type { Span } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import { readGenAiCall } from "../../gen-ai-call.ts";
import { readLabels } from "../../labels.ts";
import type { CallReading, Labels, SpanOperation } from "../../records.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import type { Dialect, ReadContext } from "../dialect.ts";

const SCOPE_PREFIX = "com.anthropic.sdk.";
const RANK = 20;
const STATUS_UNSET = 0;
const MANAGED_SESSION_ID = "anthropic.session.id";
const MCP_SERVER_NAME = "anthropic.mcp.server.name";

const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["chat", "model_call"],
  ["invoke_agent", "agent"],
  ["execute_tool", "tool_call"],
]);

/** Native spans of the Anthropic SDK. */
export const anthropicSdk: Dialect = {
  id: "anthropic_sdk",
  title: "Anthropic SDK (native spans)",
  reference: "https://platform.claude.com/docs/en/api/opentelemetry/spans",
  versions: "@anthropic-ai/sdk 0.134 to 1.11",
  recognisesSpan: (_span, { scope }) => scope.name.startsWith(SCOPE_PREFIX),
  readSpan(span, context) {
    const { attributes } = span;
    const failure = readFailure(span);
    const operation = OPERATIONS.get(readText(attributes, ATTR_GEN_AI_OPERATION_NAME) ?? "") ?? "other";
    return {
      operation,
      labels: readSdkLabels(span, context),
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: readText(attributes, ATTR_GEN_AI_TOOL_NAME),
      toolCallId: readText(attributes, ATTR_GEN_AI_TOOL_CALL_ID),
      mcpServer: readText(attributes, MCP_SERVER_NAME),
      evidence: operation === "model_call" ? readCall(span, failure) : undefined,
    };
  },
};

function readCall(span: Span, failure: Failure): CallReading {
  const call = readGenAiCall(span, failure, {
    scope: "call",
    rank: RANK,
    inputMeaning: "inclusive",
    status: statusOf(span, failure),
  });
  return { ...call, attempts: call.attempts ?? 1 };
}

function statusOf(span: Span, failure: Failure): CallReading["status"] {
  if (failure.failed) return "error";
  return span.statusCode === STATUS_UNSET ? "cancelled" : "ok";
}

/** Spans of managed agents name their session in the vendor's own attribute. */
function readSdkLabels(span: Span, { resource }: ReadContext): Labels {
  const labels = readLabels(span.attributes, resource);
  if (labels.sessionId !== undefined) return labels;
  const sessionId = readText(span.attributes, MANAGED_SESSION_ID);
  return sessionId === undefined ? labels : { ...labels, sessionId };
}
