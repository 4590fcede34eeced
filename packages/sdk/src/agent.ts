import { context, type Attributes } from "@opentelemetry/api";
import {
  ATTR_AGENT_ID,
  ATTR_AGENT_NAME,
  ATTR_AGENT_PARENT,
  ATTR_GEN_AI_AGENT_ID,
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_GEN_AI_AGENT_VERSION,
  ATTR_GEN_AI_OPERATION_NAME,
  OPERATIONS,
} from "@phasewise/semconv";
import { labelsOf } from "./labels.ts";
import { spanHandle, type SpanHandle } from "./span.ts";
import { within } from "./within.ts";
import { named, type OptionNames } from "./named.ts";

/** What can be said about an agent. */
export interface AgentOptions {
  readonly name: string;
  /** Stable identity, where names are not unique. Never invented. */
  readonly id?: string | undefined;
  readonly version?: string | undefined;
  /** Further attributes of the agent span. */
  readonly attributes?: Attributes | undefined;
}

const OPTION_NAMES: OptionNames<AgentOptions> = { name: true, id: true, version: true, attributes: true };

/** What the callback of `agent` gets. */
export interface AgentHandle extends SpanHandle {
  readonly name: string;
  readonly id: string | undefined;
}

/** Runs a function as the work of a named agent. An agent inside an agent has the outer one as its parent. */
export function agent<T>(options: AgentOptions | string, fn: (agent: AgentHandle) => T): T {
  const given = named(options, OPTION_NAMES);
  const { name, id, version } = given;
  return within(
    {
      kind: "agent",
      spanName: `${OPERATIONS.invokeAgent} ${name}`,
      attributes: {
        [ATTR_GEN_AI_OPERATION_NAME]: OPERATIONS.invokeAgent,
        [ATTR_GEN_AI_AGENT_NAME]: name,
        ...(id !== undefined && { [ATTR_GEN_AI_AGENT_ID]: id }),
        ...(version !== undefined && { [ATTR_GEN_AI_AGENT_VERSION]: version }),
        ...given.attributes,
      },
      labels: {
        [ATTR_AGENT_NAME]: name,
        [ATTR_AGENT_ID]: id,
        [ATTR_AGENT_PARENT]: labelsOf(context.active())[ATTR_AGENT_NAME],
      },
    },
    (opened) => ({ ...spanHandle(opened), name, id }),
    fn,
  );
}
