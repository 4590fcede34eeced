import type { Attributes } from "@opentelemetry/api";
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_TOOL_CALL_ID,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_GEN_AI_TOOL_TYPE,
  OPERATIONS,
} from "@phasewise/semconv";
import { spanHandle, type SpanHandle } from "./span.ts";
import { within } from "./within.ts";
import { named, type OptionNames } from "./named.ts";

/** What can be said about a tool call. */
export interface ToolOptions {
  readonly name: string;
  /** Identity of the call, e.g. the `id` of the model's `tool_use` block. */
  readonly callId?: string | undefined;
  readonly type?: "function" | "extension" | "datastore" | undefined;
  /** Further attributes of the tool span. */
  readonly attributes?: Attributes | undefined;
}

const OPTION_NAMES: OptionNames<ToolOptions> = { name: true, callId: true, type: true, attributes: true };

/** What the callback of `tool` gets. */
export interface ToolHandle extends SpanHandle {
  readonly name: string;
}

/** Runs a function as one execution of a tool. */
export function tool<T>(options: ToolOptions | string, fn: (tool: ToolHandle) => T): T {
  const given = named(options, OPTION_NAMES);
  const { name, callId, type } = given;
  return within(
    {
      kind: "tool_call",
      spanName: `${OPERATIONS.executeTool} ${name}`,
      attributes: {
        [ATTR_GEN_AI_OPERATION_NAME]: OPERATIONS.executeTool,
        [ATTR_GEN_AI_TOOL_NAME]: name,
        ...(callId !== undefined && { [ATTR_GEN_AI_TOOL_CALL_ID]: callId }),
        ...(type !== undefined && { [ATTR_GEN_AI_TOOL_TYPE]: type }),
        ...given.attributes,
      },
      labels: {},
    },
    (opened) => ({ ...spanHandle(opened), name }),
    fn,
  );
}
