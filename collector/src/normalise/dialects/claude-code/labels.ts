import { ATTR_GEN_AI_CONVERSATION_ID } from "@phasewise/semconv";
import type { KeyValues, Resource } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import { readLabels } from "../../labels.ts";
import type { Labels } from "../../records.ts";

/** The agent of the main thread where no label names it. */
const MAIN_AGENT = "main";
/** A sub-agent whose record does not tell its name. */
const UNNAMED_SUB_AGENT = "subagent";
/** `agent:builtin:NAME` in full, `agent.builtin.NAME` where the program keeps the name space small. */
const AGENT_SOURCE_PREFIXES = ["agent:", "agent."];

interface SubAgent {
  readonly name: string;
  readonly id: string | undefined;
  readonly parentId: string | undefined;
}

/**
 * The labels of a record. Keys of `OTEL_RESOURCE_ATTRIBUTES` are copied onto each record, so labels that a parent process
 * passed on are there as own ones; they name the main thread, and the parent of a sub-agent.
 * The conversation is the session: inside a sub-agent the attribute of that name holds the sub-agent's id.
 */
export function readClaudeCodeLabels(attributes: KeyValues, resource: Resource): Labels {
  const labels = readLabels(attributes, resource);
  const mainAgent = labels.agent ?? MAIN_AGENT;
  const conversationId = labels.sessionId;
  const subAgent = readSubAgent(attributes, labels.sessionId);
  if (subAgent === undefined) return { ...labels, agent: mainAgent, conversationId };
  return {
    ...labels,
    agent: subAgent.name,
    agentId: subAgent.id,
    // A sub-agent of a sub-agent states its parent by id alone.
    parentAgent: subAgent.parentId === undefined ? mainAgent : undefined,
    conversationId,
  };
}

function readSubAgent(attributes: KeyValues, sessionId: string | undefined): SubAgent | undefined {
  const id = readText(attributes, "agent_id") ?? foreignConversation(attributes, sessionId);
  const source = readText(attributes, "query_source") ?? readText(attributes, "query_source_safe");
  const sourceName = source === undefined ? undefined : nameOfSource(source);
  if (id === undefined && sourceName === undefined) return undefined;
  return {
    name: readText(attributes, "agent.name") ?? sourceName ?? readText(attributes, "agent_type") ?? UNNAMED_SUB_AGENT,
    id,
    parentId: readText(attributes, "parent_agent_id"),
  };
}

/** Spans of a sub-agent's tools tell its id only as a conversation that is not the session. */
function foreignConversation(attributes: KeyValues, sessionId: string | undefined): string | undefined {
  const conversation = readText(attributes, ATTR_GEN_AI_CONVERSATION_ID);
  return sessionId !== undefined && conversation !== sessionId ? conversation : undefined;
}

/** `NAME` of `agent:builtin:NAME`, `custom` of `agent:custom`; undefined for sources of the main thread. */
function nameOfSource(source: string): string | undefined {
  if (!AGENT_SOURCE_PREFIXES.some((prefix) => source.startsWith(prefix))) return undefined;
  const separator = source.charAt("agent".length);
  const kindEnd = source.indexOf(separator, "agent".length + 1);
  return source.slice(kindEnd === -1 ? "agent".length + 1 : kindEnd + 1);
}
