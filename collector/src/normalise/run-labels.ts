import {
  ATTR_GEN_AI_WORKFLOW_NAME,
  ATTR_RUN_ID,
  ATTR_RUN_NUMBER,
  ATTR_RUN_STATUS,
  ATTR_RUN_TASK_TYPE,
  ATTR_RUN_TRIGGER,
} from "@phasewise/semconv";
import type { Span } from "../decode/otlp.ts";
import { readText } from "./attribute-bag.ts";
import type { Labels } from "./records.ts";

const RUN_FACTS = [ATTR_RUN_NUMBER, ATTR_RUN_TRIGGER, ATTR_RUN_TASK_TYPE, ATTR_RUN_STATUS];
const NAME_PREFIX = "invoke_workflow ";

/**
 * Whether a workflow of another framework is a run of its own. Inside a phasewise run every span carries the run's labels,
 * by itself or by its resource, and the workflow is a step. The run's own span, when it is written by hand or in another
 * language, is told by what only it has: a fact of the run, the run's name, or the run's id without a parent.
 */
export function isRun(span: Span, labels: Labels, workflow: string | undefined): boolean {
  if (labels.runId === undefined) return true;
  if (RUN_FACTS.some((name) => span.attributes.has(name))) return true;
  if (workflow !== undefined && workflow === labels.runName) return true;
  return span.parentSpanId === "" && span.attributes.has(ATTR_RUN_ID);
}

/**
 * The labels of a span that is a run: it needs an id and a name, so that a workflow of another framework is found among
 * the runs too. Without a stated id it is `<trace id>/<span id>`, which is unique and the same however often it comes.
 */
export function runLabels(span: Span, labels: Labels): Labels {
  if (labels.runId !== undefined && labels.runName !== undefined) return labels;
  return {
    ...labels,
    runId: labels.runId ?? `${span.traceId}/${span.spanId}`,
    runName: labels.runName ?? readText(span.attributes, ATTR_GEN_AI_WORKFLOW_NAME) ?? withoutPrefix(span.name),
  };
}

function withoutPrefix(name: string): string {
  return name.startsWith(NAME_PREFIX) ? name.slice(NAME_PREFIX.length) : name;
}
