/**
 * Names of our own, for what the GenAI conventions have no word for.
 * A name ends up in people's SQL and dashboards: it is never renamed, only joined by a better one.
 */

/** Instrumentation scope of every span and log record that `@phasewise/sdk` writes. */
export const SCOPE_NAME = "@phasewise/sdk";

/** Identity of a run (string; unique, chosen by the SDK or the user). Label on everything below the run. */
export const ATTR_RUN_ID = "phasewise.run.id";
/** Name of the series the run belongs to (string), e.g. `trading-iteration`. Label on everything below the run. */
export const ATTR_RUN_NAME = "phasewise.run.name";
/** Number of the run in its series (int, from 1). On the run span. */
export const ATTR_RUN_NUMBER = "phasewise.run.number";
/** What started the run: `auto` or `manual`. On the run span. */
export const ATTR_RUN_TRIGGER = "phasewise.run.trigger";
/** Kind of task the run does (string), e.g. `refactoring`. On the run span. */
export const ATTR_RUN_TASK_TYPE = "phasewise.run.task_type";
/** How the run ended: one of `RUN_STATUSES` except `running` and `lost`. On the run span. */
export const ATTR_RUN_STATUS = "phasewise.run.status";

/** Name of the phase (string). On the phase span, and a label on everything below it. */
export const ATTR_PHASE_NAME = "phasewise.phase.name";
/** How many times this phase has been entered in this run (int, from 1). Goes with the phase name. */
export const ATTR_PHASE_ENTRY = "phasewise.phase.entry";

/** Name of the acting agent (string). Label on everything below the agent span. */
export const ATTR_AGENT_NAME = "phasewise.agent.name";
/** Identity of one acting agent (string), where names are not unique. Label. */
export const ATTR_AGENT_ID = "phasewise.agent.id";
/** Name of the agent that called this one (string). Label. */
export const ATTR_AGENT_PARENT = "phasewise.agent.parent";

/** Whether the work was any good (boolean): the outcome, which is not the status. */
export const ATTR_OUTCOME_SUCCESS = "phasewise.outcome.success";
/** How sure the agent was of its outcome (double, 0 to 1). */
export const ATTR_OUTCOME_CONFIDENCE = "phasewise.outcome.confidence";
/** What kind of item was attempted (string): issue type, task type. */
export const ATTR_CATEGORY = "phasewise.category";

/** Event: a span has started. The record's trace and span id are those of the span. */
export const EVENT_SPAN_STARTED = "phasewise.span.started";
/** Event: a run is still alive. The record's trace and span id are those of the run span. */
export const EVENT_HEARTBEAT = "phasewise.heartbeat";
/** On a started event: one of `LIVE_KINDS`. */
export const ATTR_SPAN_KIND = "phasewise.span.kind";
/** On a started event: the name of the span. */
export const ATTR_SPAN_NAME = "phasewise.span.name";
/** On a started event: the parent's span id (16 hex digits), absent for a root. */
export const ATTR_SPAN_PARENT_ID = "phasewise.span.parent_id";
