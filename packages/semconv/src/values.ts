/** Closed sets of values. A value outside its set is kept as it came, never guessed at. */

/** Values of `gen_ai.operation.name` that we write or tell apart. */
export const OPERATIONS = {
  chat: "chat",
  invokeWorkflow: "invoke_workflow",
  invokeAgent: "invoke_agent",
  executeTool: "execute_tool",
} as const;

/** States of a run. `running` and `lost` are seen by the collector; the SDK writes the other three. */
export const RUN_STATUSES = ["running", "succeeded", "failed", "cancelled", "lost"] as const;
/** One state of a run. */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** What starts a run. */
export const RUN_TRIGGERS = ["auto", "manual"] as const;
/** One way of starting a run. */
export type RunTrigger = (typeof RUN_TRIGGERS)[number];

/** What a started event can announce. */
export const LIVE_KINDS = ["run", "phase", "agent", "model_call", "tool_call"] as const;
/** One kind of announced span. */
export type LiveKind = (typeof LIVE_KINDS)[number];
