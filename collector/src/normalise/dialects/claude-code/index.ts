/**
 * Handles: Claude Code and the Agent SDK (the same program): beta trace spans and log events. Its metrics need no
 * reading: their points are kept as they are.
 * Reference: https://code.claude.com/docs/en/monitoring-usage, and the shipped program where that is silent.
 * Recognised by: scope `com.anthropic.claude_code*`.
 * Produces: `agent` (interaction), `model_call`, `tool_call`, `tool_wait`, `tool_execution`, `hook`; a call for each
 * request to the model from its span and from its `api_request` or `api_error` event.
 *
 * One request is told twice, by span and event, under one request id; the event goes first, as it alone has cost and
 * cache lifetimes. `gen_ai.response.id` here is that request id. Input excludes the cache. `api_error` is written once
 * a request, after the last attempt; `api_retries_exhausted` accompanies it without an id and is no evidence.
 * `subagent_completed` tells the tokens of one request only and is none either.
 */
import { ATTR_GEN_AI_TOOL_CALL_ID, ATTR_GEN_AI_TOOL_NAME } from "@phasewise/semconv";
import type { KeyValues, LogRecord, Span } from "../../../decode/otlp.ts";
import { readBoolean, readText } from "../../attribute-bag.ts";
import type { CallReading, SpanOperation } from "../../records.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import type { Dialect } from "../dialect.ts";
import { readLogCall, readSpanCall } from "./call.ts";
import { readClaudeCodeLabels } from "./labels.ts";

const SCOPE_PREFIX = "com.anthropic.claude_code";
const NAME_PREFIX = "claude_code.";
const MCP_TOOL_PREFIX = "mcp__";

const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["interaction", "agent"],
  ["llm_request", "model_call"],
  ["tool", "tool_call"],
  ["tool.blocked_on_user", "tool_wait"],
  ["tool.execution", "tool_execution"],
  ["hook", "hook"],
  ["mcp.rpc", "mcp"],
]);

/** Claude Code and the Agent SDK. */
export const claudeCode: Dialect = {
  id: "claude_code",
  title: "Claude Code and Agent SDK",
  reference: "https://code.claude.com/docs/en/monitoring-usage",
  versions: "Claude Code 2.1.329, Agent SDK 0.3.329",
  recognisesSpan: (_span, { scope }) => scope.name.startsWith(SCOPE_PREFIX),
  readSpan(span, { resource }) {
    const { attributes } = span;
    const operation = OPERATIONS.get(readText(attributes, "span.type") ?? withoutPrefix(span.name)) ?? "other";
    const failure = readClaudeCodeFailure(span);
    const toolName = readText(attributes, "tool_name") ?? readText(attributes, ATTR_GEN_AI_TOOL_NAME);
    return {
      operation,
      labels: readClaudeCodeLabels(attributes, resource),
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName,
      toolCallId: readText(attributes, "tool_use_id") ?? readText(attributes, ATTR_GEN_AI_TOOL_CALL_ID),
      mcpServer: readMcpServer(attributes, toolName),
      evidence: operation === "model_call" ? readSpanCall(span, failure) : undefined,
    };
  },
  recognisesLog: (_log, { scope }) => scope.name.startsWith(SCOPE_PREFIX),
  readLog: (log, { resource }) => ({
    labels: readClaudeCodeLabels(log.attributes, resource),
    evidence: readEventCall(log),
  }),
};

function readEventCall(log: LogRecord): CallReading | undefined {
  const event = readText(log.attributes, "event.name") ?? (typeof log.body === "string" ? withoutPrefix(log.body) : "");
  if (event === "api_request") return readLogCall(log, "ok");
  return event === "api_error" ? readLogCall(log, "error") : undefined;
}

/** Its spans tell failure by `success`, and by status only since the newer versions. */
function readClaudeCodeFailure(span: Span): Failure {
  const general = readFailure(span);
  if (!general.failed && readBoolean(span.attributes, "success") !== false) return general;
  return {
    failed: true,
    errorType: readErrorType(span.attributes) ?? general.errorType,
    errorMessage: readText(span.attributes, "error") ?? general.errorMessage,
  };
}

/** The HTTP status, as the events have it, so that both records of a call agree; else the program's own class. */
function readErrorType(attributes: KeyValues): string | undefined {
  return readText(attributes, "status_code") ?? readText(attributes, "error_class");
}

function readMcpServer(attributes: KeyValues, toolName: string | undefined): string | undefined {
  const stated = readText(attributes, "anthropic.mcp.server.name") ?? readText(attributes, "mcp_server.name");
  if (stated !== undefined || toolName?.startsWith(MCP_TOOL_PREFIX) !== true) return stated;
  const end = toolName.indexOf("__", MCP_TOOL_PREFIX.length);
  return end === -1 ? undefined : toolName.slice(MCP_TOOL_PREFIX.length, end);
}

function withoutPrefix(name: string): string {
  return name.startsWith(NAME_PREFIX) ? name.slice(NAME_PREFIX.length) : name;
}
