/**
 * How labels of two sources become one set. Labels that describe one thing go together: the id of one agent must never
 * stand beside the name of another.
 */
import type { Labels } from "../records.ts";

interface LabelGroup {
  /** With one of these the thing itself is stated. */
  readonly heads: readonly (keyof Labels)[];
  /** These only say more about it. */
  readonly details: readonly (keyof Labels)[];
}

const GROUPS: readonly LabelGroup[] = [
  { heads: ["runId", "runName"], details: [] },
  { heads: ["phase"], details: ["phaseEntry"] },
  { heads: ["agent", "agentId"], details: ["parentAgent"] },
  { heads: ["sessionId"], details: [] },
  { heads: ["conversationId"], details: [] },
  { heads: ["userId"], details: [] },
];

type Draft = { -readonly [name in keyof Labels]: Labels[name] };

/**
 * Own labels completed by further ones. Of each group that is not stated the further one is taken whole; a group that
 * states the same thing (an equal name or id and no different one) is completed.
 */
export function completeLabels(own: Labels, further: Labels): Labels {
  if (own === further || isEmpty(further)) return own;
  if (isEmpty(own)) return further;
  const draft: Draft = {};
  for (const group of GROUPS) {
    const taken = !isStated(group, own) || isSame(group, own, further);
    for (const name of group.heads) assign(draft, name, own[name] ?? (taken ? further[name] : undefined));
    for (const name of group.details) assign(draft, name, own[name] ?? (taken ? further[name] : undefined));
  }
  return draft;
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

function isStated(group: LabelGroup, labels: Labels): boolean {
  return group.heads.some((name) => labels[name] !== undefined);
}

function isSame(group: LabelGroup, left: Labels, right: Labels): boolean {
  let equal = 0;
  for (const name of group.heads) {
    if (left[name] === undefined || right[name] === undefined) continue;
    if (left[name] !== right[name]) return false;
    equal++;
  }
  return equal > 0;
}

function isEmpty(labels: Labels): boolean {
  for (const name in labels) if (labels[name as keyof Labels] !== undefined) return false;
  return true;
}

function assign<Name extends keyof Labels>(draft: Draft, name: Name, value: Draft[Name]): void {
  if (value !== undefined) draft[name] = value;
}
