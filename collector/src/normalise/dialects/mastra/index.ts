/**
 * Handles: the spans of Mastra's OpenTelemetry exporter, and labels of the log records that it sends.
 * Reference: https://mastra.ai/docs/observability/tracing/exporters/otel, `@mastra/otel-exporter` src/gen-ai-attributes.ts.
 * Recognised by: `mastra.span.type`; log records by `mastra.traceId`.
 * Produces: `model_call` with a call for one request (`model_inference`), `agent`, `run` or `step` (workflow), `step`,
 * `tool_call`, `embedding`, `retrieval`, `memory`, `mcp`.
 *
 * A `model_generation` spans all requests of an agent's loop. It states usage only in versions that have no span for the
 * single request, and then it is a sum. Input includes the cache, whose lifetimes have names of Mastra's own.
 */
import { ATTR_GEN_AI_TOOL_CALL_ID, ATTR_GEN_AI_TOOL_NAME, ATTR_GEN_AI_WORKFLOW_NAME } from "@phasewise/semconv";
import type { KeyValues, Resource, Span } from "../../../decode/otlp.ts";
import { readFirstText, readText } from "../../attribute-bag.ts";
import { hasGenAiUsage, readGenAiCall } from "../../gen-ai-call.ts";
import { readLabels } from "../../labels.ts";
import type { CallReading, Labels, SpanOperation } from "../../records.ts";
import { isRun, runLabels } from "../../run-labels.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import type { Dialect } from "../dialect.ts";

const CALL_RANK = 62;
const AGGREGATE_RANK = 90;
const SPAN_TYPE = "mastra.span.type";
const TRACE_ID_OF_LOG = "mastra.traceId";
const MODEL_GENERATION = "model_generation";
const FIRST_CHUNK_AT = "mastra.completion_start_time";
const MCP_SERVERS = ["mastra.mcp_tool_call.server_name", "mastra.mcp_server_request.server_name"];
const SESSION_IDS = ["mastra.metadata.sessionId", "mastra.metadata.session_id"];
const USER_IDS = ["mastra.metadata.userId", "mastra.metadata.user_id", "mastra.metadata.resourceId"];
const NANOS_PER_MS = 1e6;

const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["agent_run", "agent"],
  ["workflow_run", "run"],
  ["workflow_step", "step"],
  ["workflow_conditional", "step"],
  ["workflow_parallel", "step"],
  ["workflow_loop", "step"],
  [MODEL_GENERATION, "step"],
  ["model_step", "step"],
  ["model_inference", "model_call"],
  ["tool_call", "tool_call"],
  ["mcp_tool_call", "tool_call"],
  ["provider_tool_call", "tool_call"],
  ["mcp_server_request", "mcp"],
  ["rag_embedding", "embedding"],
  ["rag_vector_operation", "retrieval"],
  ["memory_operation", "memory"],
]);

/** Mastra. */
export const mastra: Dialect = {
  id: "mastra",
  title: "Mastra",
  reference: "https://mastra.ai/docs/observability/tracing/exporters/otel",
  versions: "@mastra/otel-exporter 1.4.0 and earlier without spans of single requests (from its source)",
  recognisesSpan: (span) => span.attributes.has(SPAN_TYPE),
  readSpan(span, { resource }) {
    const { attributes } = span;
    const failure = readFailure(span);
    const labels = readMastraLabels(attributes, resource);
    const operation = operationOf(span, labels);
    return {
      operation,
      labels: operation === "run" ? runLabels(span, labels) : labels,
      errorType: failure.errorType,
      errorMessage: failure.errorMessage ?? (failure.failed ? readText(attributes, "error.message") : undefined),
      toolName: readText(attributes, ATTR_GEN_AI_TOOL_NAME),
      toolCallId: readText(attributes, ATTR_GEN_AI_TOOL_CALL_ID),
      mcpServer: readFirstText(attributes, MCP_SERVERS),
      evidence: readEvidence(span, operation, failure),
    };
  },
  recognisesLog: (log) => log.attributes.has(TRACE_ID_OF_LOG),
  readLog: (log, { resource }) => ({ labels: readMastraLabels(log.attributes, resource) }),
};

function operationOf(span: Span, labels: Labels): SpanOperation {
  const operation = OPERATIONS.get(readText(span.attributes, SPAN_TYPE) ?? "") ?? "other";
  if (operation !== "run") return operation;
  return isRun(span, labels, readText(span.attributes, ATTR_GEN_AI_WORKFLOW_NAME)) ? "run" : "step";
}

function readMastraLabels(attributes: KeyValues, resource: Resource): Labels {
  const labels = readLabels(attributes, resource);
  return {
    ...labels,
    sessionId: labels.sessionId ?? readFirstText(attributes, SESSION_IDS),
    userId: labels.userId ?? readFirstText(attributes, USER_IDS),
  };
}

function readEvidence(span: Span, operation: SpanOperation, failure: Failure): CallReading | undefined {
  const isCall = operation === "model_call" || operation === "embedding";
  if (!isCall && !hasGenAiUsage(span.attributes)) return undefined;
  const call = readGenAiCall(span, failure, {
    scope: isCall ? "call" : "aggregate",
    rank: isCall ? CALL_RANK : AGGREGATE_RANK,
    inputMeaning: "inclusive",
    status: failure.failed ? "error" : "ok",
  });
  return { ...call, ttftMs: call.ttftMs ?? readFirstChunk(span) };
}

/** The first chunk is told by the clock, in whole milliseconds. */
function readFirstChunk(span: Span): number | undefined {
  const text = readText(span.attributes, FIRST_CHUNK_AT);
  const ms = text === undefined ? Number.NaN : Date.parse(text) - Number(span.startTimeUnixNano) / NANOS_PER_MS;
  return ms >= 0 ? Math.round(ms) : undefined;
}
