/**
 * How labels of two sources become one set. Labels that describe one thing go together: the id of one agent must never
 * stand beside the name of another.
 */
import type { Labels } from "../records.ts";

const NO_LABELS: Labels = {};

/**
 * Own labels completed by further ones. Of each group (run; phase and entry; agent; the rest one by one) that is not
 * stated the further one is taken whole; a group that states the same thing (an equal name or id and no different one)
 * is completed.
 */
export function completeLabels(own: Labels, further: Labels): Labels {
  if (own === further || isEmpty(further)) return own;
  if (isEmpty(own)) return further;
  const run = canTake(own.runId, own.runName, further.runId, further.runName) ? further : NO_LABELS;
  const phase = own.phase === undefined || own.phase === further.phase ? further : NO_LABELS;
  const agent = canTake(own.agent, own.agentId, further.agent, further.agentId) ? further : NO_LABELS;
  return {
    runId: own.runId ?? run.runId,
    runName: own.runName ?? run.runName,
    phase: own.phase ?? phase.phase,
    phaseEntry: own.phaseEntry ?? phase.phaseEntry,
    agent: own.agent ?? agent.agent,
    agentId: own.agentId ?? agent.agentId,
    parentAgent: own.parentAgent ?? agent.parentAgent,
    sessionId: own.sessionId ?? further.sessionId,
    conversationId: own.conversationId ?? further.conversationId,
    userId: own.userId ?? further.userId,
  };
}

/**
 * Own labels of something beneath a parent with settled labels: completed by the parent's, and an agent that is not the
 * parent's agent was called by it, if nothing else is said.
 */
export function inheritLabels(own: Labels, parent: Labels): Labels {
  const labels = completeLabels(own, parent);
  if (labels.parentAgent !== undefined || labels.agent === undefined) return labels;
  if (parent.agent === undefined || labels.agent === parent.agent) return labels;
  return { ...labels, parentAgent: parent.agent };
}

/** Whether of a thing with a name and an id the further one may be taken: none is stated, or they are the same. */
function canTake(
  ownName: string | undefined,
  ownId: string | undefined,
  furtherName: string | undefined,
  furtherId: string | undefined,
): boolean {
  if (ownName === undefined && ownId === undefined) return true;
  const nameDiffers = ownName !== undefined && furtherName !== undefined && ownName !== furtherName;
  const idDiffers = ownId !== undefined && furtherId !== undefined && ownId !== furtherId;
  if (nameDiffers || idDiffers) return false;
  return (ownName !== undefined && ownName === furtherName) || (ownId !== undefined && ownId === furtherId);
}

function isEmpty(labels: Labels): boolean {
  for (const name in labels) if (labels[name as keyof Labels] !== undefined) return false;
  return true;
}
