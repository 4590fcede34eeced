/**
 * Handles: spans of the Model Context Protocol after the OpenTelemetry conventions, of clients and of servers.
 * Reference: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
 * Recognised by: `mcp.method.name`.
 * Produces: `tool_call` for `tools/call` on the side of the client, `mcp` for everything else. Never a model call.
 *
 * The server's span of a tool call has the client's as its parent. Only the client's is the tool call, so that one
 * execution counts once. `isError` of a result is `error.type` `tool_error`. A session of the protocol is a connection,
 * not a session of a user.
 */
import { ATTR_GEN_AI_TOOL_CALL_ID, ATTR_GEN_AI_TOOL_NAME } from "@phasewise/semconv";
import type { Span } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import { readLabels } from "../../labels.ts";
import type { SpanOperation } from "../../records.ts";
import { readFailure } from "../../span-failure.ts";
import type { Dialect } from "../dialect.ts";

const METHOD = "mcp.method.name";
const CALL_TOOL = "tools/call";
const KIND_SERVER = 2;

/** The Model Context Protocol. */
export const mcp: Dialect = {
  id: "mcp",
  title: "Model Context Protocol",
  reference: "https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md",
  versions: "gen-ai semantic conventions 1.42, protocol 2025-11-25",
  recognisesSpan: (span) => span.attributes.has(METHOD),
  readSpan(span, { resource }) {
    const { attributes } = span;
    const { errorType, errorMessage } = readFailure(span);
    return {
      operation: operationOf(span),
      labels: readLabels(attributes, resource),
      errorType,
      errorMessage,
      toolName: readText(attributes, ATTR_GEN_AI_TOOL_NAME),
      toolCallId: readText(attributes, ATTR_GEN_AI_TOOL_CALL_ID),
    };
  },
};

function operationOf(span: Span): SpanOperation {
  return span.kind !== KIND_SERVER && readText(span.attributes, METHOD) === CALL_TOOL ? "tool_call" : "mcp";
}
