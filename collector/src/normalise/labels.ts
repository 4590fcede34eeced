/**
 * Labels from the names that mean the same in every dialect. An item's own attribute goes before its resource's.
 * Labels that belong together (a phase and its entry) are taken from one place, never mixed from both.
 */
import {
  ATTR_AGENT_ID,
  ATTR_AGENT_NAME,
  ATTR_AGENT_PARENT,
  ATTR_GEN_AI_AGENT_ID,
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_PHASE_ENTRY,
  ATTR_PHASE_NAME,
  ATTR_RUN_ID,
  ATTR_RUN_NAME,
  ATTR_SESSION_ID,
  ATTR_USER_ID,
} from "@phasewise/semconv";
import type { KeyValues, Resource } from "../decode/otlp.ts";
import { readOrdinal, readText } from "./attribute-bag.ts";
import { LABEL_NAMES, type Labels } from "./records.ts";

const NO_LABELS: Labels = {};
const resourceLabels = new WeakMap<Resource, Labels>();

/** The labels of an item: its own ones, completed from its resource. */
export function readLabels(attributes: KeyValues, resource: Resource): Labels {
  const own = readStated(attributes);
  const inherited = labelsOf(resource);
  if (inherited === NO_LABELS) return own;
  const run = own.runId === undefined && own.runName === undefined ? inherited : own;
  const phase = own.phase === undefined && own.phaseEntry === undefined ? inherited : own;
  const ownAgent = own.agent !== undefined || own.agentId !== undefined || own.parentAgent !== undefined;
  const agent = ownAgent ? own : inherited;
  return {
    runId: run.runId,
    runName: run.runName,
    phase: phase.phase,
    phaseEntry: phase.phaseEntry,
    agent: agent.agent,
    agentId: agent.agentId,
    parentAgent: agent.parentAgent,
    sessionId: own.sessionId ?? inherited.sessionId,
    conversationId: own.conversationId ?? inherited.conversationId,
    userId: own.userId ?? inherited.userId,
  };
}

function labelsOf(resource: Resource): Labels {
  const known = resourceLabels.get(resource);
  if (known !== undefined) return known;
  const stated = readStated(resource.attributes);
  const labels = LABEL_NAMES.some((name) => stated[name] !== undefined) ? stated : NO_LABELS;
  resourceLabels.set(resource, labels);
  return labels;
}

function readStated(attributes: KeyValues): Labels {
  return {
    runId: readText(attributes, ATTR_RUN_ID),
    runName: readText(attributes, ATTR_RUN_NAME),
    phase: readText(attributes, ATTR_PHASE_NAME),
    phaseEntry: readOrdinal(attributes, ATTR_PHASE_ENTRY),
    agent: readText(attributes, ATTR_AGENT_NAME) ?? readText(attributes, ATTR_GEN_AI_AGENT_NAME),
    agentId: readText(attributes, ATTR_AGENT_ID) ?? readText(attributes, ATTR_GEN_AI_AGENT_ID),
    parentAgent: readText(attributes, ATTR_AGENT_PARENT),
    sessionId: readText(attributes, ATTR_SESSION_ID),
    conversationId: readText(attributes, ATTR_GEN_AI_CONVERSATION_ID),
    userId: readText(attributes, ATTR_USER_ID),
  };
}
