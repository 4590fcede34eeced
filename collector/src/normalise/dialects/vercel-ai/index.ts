/**
 * Handles: the Vercel AI SDK: the spans of `@ai-sdk/otel` (`OpenTelemetry`: GenAI names) and those of its older form
 * (`LegacyOpenTelemetry`, and what AI SDK 4 to 6 have built in: `ai.*` names).
 * Reference: https://ai-sdk.dev/docs/ai-sdk-core/telemetry
 * Recognised by: scope `gen_ai` or `ai`, or `ai.operationId`.
 * Produces: `model_call` with a call for `chat`, `*.doGenerate` and `*.doStream`; `agent` with an aggregate for the root
 * (`invoke_agent`, `ai.generateText`, ...), whose usage is the sum over its calls; `step`, `tool_call`, `embedding`.
 *
 * What the names have no word for (cache lifetimes, speed, region) is in the provider's own usage, which the SDK passes
 * on as JSON; it is read for Anthropic.
 */
import { ATTR_GEN_AI_OPERATION_NAME, ATTR_GEN_AI_TOOL_CALL_ID, ATTR_GEN_AI_TOOL_NAME } from "@phasewise/semconv";
import type { KeyValues, Resource } from "../../../decode/otlp.ts";
import { readFirstText, readText } from "../../attribute-bag.ts";
import { readLabels } from "../../labels.ts";
import type { Labels, SpanOperation } from "../../records.ts";
import { readFailure } from "../../span-failure.ts";
import type { Dialect } from "../dialect.ts";
import { readVercelCall } from "./call.ts";

const SCOPES: ReadonlySet<string> = new Set(["gen_ai", "ai"]);
const OPERATION_ID = "ai.operationId";
const TOOL_NAMES = [ATTR_GEN_AI_TOOL_NAME, "ai.toolCall.name"];
const TOOL_CALL_IDS = [ATTR_GEN_AI_TOOL_CALL_ID, "ai.toolCall.id"];
const FUNCTION_ID = "ai.telemetry.functionId";
/** Version 7 calls the metadata of a call its context. */
const SESSION_IDS = ["ai.telemetry.metadata.sessionId", "ai.settings.context.sessionId"];
const USER_IDS = ["ai.telemetry.metadata.userId", "ai.settings.context.userId"];

const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["chat", "model_call"],
  ["invoke_agent", "agent"],
  ["agent_step", "step"],
  ["execute_tool", "tool_call"],
  ["embeddings", "embedding"],
]);

/** The Vercel AI SDK. */
export const vercelAi: Dialect = {
  id: "vercel_ai",
  title: "Vercel AI SDK",
  reference: "https://ai-sdk.dev/docs/ai-sdk-core/telemetry",
  versions: "ai 7.0.173 with @ai-sdk/otel 1.0.173 in both forms (captured); ai 4.3, 5 and 6.0.326 (from their sources)",
  recognisesSpan: (span, { scope }) => SCOPES.has(scope.name) || span.attributes.has(OPERATION_ID),
  readSpan(span, { resource }) {
    const { attributes } = span;
    const failure = readFailure(span);
    const operation = operationOf(attributes);
    return {
      operation,
      labels: readVercelLabels(attributes, resource),
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: readFirstText(attributes, TOOL_NAMES),
      toolCallId: readFirstText(attributes, TOOL_CALL_IDS),
      evidence: readVercelCall(span, operation, failure),
    };
  },
};

function operationOf(attributes: KeyValues): SpanOperation {
  const id = readText(attributes, OPERATION_ID);
  if (id === undefined) return OPERATIONS.get(readText(attributes, ATTR_GEN_AI_OPERATION_NAME) ?? "") ?? "other";
  if (id.endsWith(".doGenerate") || id.endsWith(".doStream")) return "model_call";
  if (id.endsWith(".doEmbed")) return "embedding";
  if (id === "ai.toolCall") return "tool_call";
  return id.startsWith("ai.generate") || id.startsWith("ai.stream") ? "agent" : "other";
}

function readVercelLabels(attributes: KeyValues, resource: Resource): Labels {
  const labels = readLabels(attributes, resource);
  return {
    ...labels,
    agent: labels.agent ?? readText(attributes, FUNCTION_ID),
    sessionId: labels.sessionId ?? readFirstText(attributes, SESSION_IDS),
    userId: labels.userId ?? readFirstText(attributes, USER_IDS),
  };
}
