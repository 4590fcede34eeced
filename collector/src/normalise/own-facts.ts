import {
  ATTR_CATEGORY,
  ATTR_GEN_AI_AGENT_VERSION,
  ATTR_OUTCOME_CONFIDENCE,
  ATTR_OUTCOME_SUCCESS,
  ATTR_RUN_NUMBER,
  ATTR_RUN_STATUS,
  ATTR_RUN_TASK_TYPE,
  ATTR_RUN_TRIGGER,
  ATTR_VCS_REF_HEAD_REVISION,
} from "@phasewise/semconv";
import type { KeyValues, Resource } from "../decode/otlp.ts";
import { readBoolean, readOrdinal, readNumber, readText } from "./attribute-bag.ts";
import type { SpanReading } from "./records.ts";

/** What our own attribute names say of a run, an agent or an attempt. The same in every dialect, so read once for all. */
export type OwnFacts = Pick<
  SpanReading,
  | "agentVersion"
  | "runNumber"
  | "runTrigger"
  | "runStatus"
  | "taskType"
  | "gitCommit"
  | "category"
  | "success"
  | "confidence"
>;

/** Reads the facts of an item; only the commit may come from the resource, as it is the same for the whole process. */
export function readOwnFacts(attributes: KeyValues, resource: Resource): OwnFacts {
  const confidence = readNumber(attributes, ATTR_OUTCOME_CONFIDENCE);
  return {
    agentVersion: readText(attributes, ATTR_GEN_AI_AGENT_VERSION),
    runNumber: readOrdinal(attributes, ATTR_RUN_NUMBER),
    runTrigger: readText(attributes, ATTR_RUN_TRIGGER),
    runStatus: readText(attributes, ATTR_RUN_STATUS),
    taskType: readText(attributes, ATTR_RUN_TASK_TYPE),
    gitCommit:
      readText(attributes, ATTR_VCS_REF_HEAD_REVISION) ?? readText(resource.attributes, ATTR_VCS_REF_HEAD_REVISION),
    category: readText(attributes, ATTR_CATEGORY),
    success: readBoolean(attributes, ATTR_OUTCOME_SUCCESS),
    confidence: confidence !== undefined && confidence >= 0 && confidence <= 1 ? confidence : undefined,
  };
}
