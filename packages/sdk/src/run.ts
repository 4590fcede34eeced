import { context, createContextKey, type Attributes, type Context } from "@opentelemetry/api";
import {
  ATTR_AGENT_ID,
  ATTR_AGENT_NAME,
  ATTR_AGENT_PARENT,
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_WORKFLOW_NAME,
  ATTR_PHASE_ENTRY,
  ATTR_PHASE_NAME,
  ATTR_RUN_ID,
  ATTR_RUN_NAME,
  ATTR_RUN_NUMBER,
  ATTR_RUN_STATUS,
  ATTR_RUN_TASK_TYPE,
  ATTR_RUN_TRIGGER,
  ATTR_SESSION_ID,
  ATTR_USER_ID,
  ATTR_VCS_REF_HEAD_REVISION,
  OPERATIONS,
  type RunTrigger,
} from "@phasewise/semconv";
import { findGitCommit } from "./git.ts";
import { uuidV7 } from "./ids.ts";
import { labelsOf, type LabelsPatch } from "./labels.ts";
import { startHeartbeat } from "./live.ts";
import { spanHandle, type Opening, type SpanHandle } from "./span.ts";
import { currentOptions } from "./state.ts";
import { within } from "./within.ts";
import { named, type OptionNames } from "./named.ts";

/** What can be said about a run. */
export interface RunOptions {
  /** Name of the series, e.g. `trading-iteration`. */
  readonly name: string;
  /** Identity of this run. Default: a new UUID of version 7. */
  readonly id?: string | undefined;
  /** Number in the series, from 1. */
  readonly number?: number | undefined;
  /** Who acts when no `agent` says otherwise. */
  readonly agent?: string | undefined;
  /** Kind of task, e.g. `refactoring`. */
  readonly taskType?: string | undefined;
  /** Whether a schedule or a person started it. */
  readonly trigger?: RunTrigger | undefined;
  /** Commit that runs. Default: that of the working directory; false leaves it out. */
  readonly gitCommit?: string | false | undefined;
  readonly session?: string | undefined;
  readonly user?: string | undefined;
  readonly conversation?: string | undefined;
  /** Further attributes of the run span. */
  readonly attributes?: Attributes | undefined;
}

const OPTION_NAMES: OptionNames<RunOptions> = {
  name: true,
  id: true,
  number: true,
  agent: true,
  taskType: true,
  trigger: true,
  gitCommit: true,
  session: true,
  user: true,
  conversation: true,
  attributes: true,
};

/** What the callback of `run` gets. */
export interface RunHandle extends SpanHandle {
  readonly id: string;
  readonly name: string;
}

/** Counts how often each phase of a run was entered. */
export interface PhaseCounter {
  next(phase: string): number;
}

/** Names that one counter remembers. Names made up at run time must not fill the memory of a long process. */
const MOST_PHASES = 10_000;
const COUNTER_KEY = createContextKey("phasewise.phase-counter");

/** A counter that starts at 1 for each phase name. */
function phaseCounter(): PhaseCounter {
  const entries = new Map<string, number>();
  return {
    next(phase: string): number {
      const entry = (entries.get(phase) ?? 0) + 1;
      const [oldest] = entries.size >= MOST_PHASES ? entries.keys() : [];
      if (oldest !== undefined) entries.delete(oldest);
      entries.set(phase, entry);
      return entry;
    },
  };
}

// Phases outside any run of this process, those of a run that a parent process began included.
const processCounter = phaseCounter();

/** The counter of the run that the context is in. */
export function phaseCounterOf(from: Context): PhaseCounter {
  return (from.getValue(COUNTER_KEY) as PhaseCounter | undefined) ?? processCounter;
}

function runAttributes(options: RunOptions): Attributes {
  const { number, taskType, trigger } = options;
  return {
    [ATTR_GEN_AI_OPERATION_NAME]: OPERATIONS.invokeWorkflow,
    [ATTR_GEN_AI_WORKFLOW_NAME]: options.name,
    ...(number !== undefined && { [ATTR_RUN_NUMBER]: number }),
    ...(trigger !== undefined && { [ATTR_RUN_TRIGGER]: trigger }),
    ...(taskType !== undefined && { [ATTR_RUN_TASK_TYPE]: taskType }),
    ...options.attributes,
  };
}

function runLabels(options: RunOptions, id: string): LabelsPatch {
  const outer = labelsOf(context.active());
  return {
    [ATTR_RUN_ID]: id,
    [ATTR_RUN_NAME]: options.name,
    // A run inside a run starts with no phase; who acts goes on acting unless the run names its own agent.
    [ATTR_PHASE_NAME]: undefined,
    [ATTR_PHASE_ENTRY]: undefined,
    ...(options.agent !== undefined && {
      [ATTR_AGENT_NAME]: options.agent,
      [ATTR_AGENT_ID]: undefined,
      [ATTR_AGENT_PARENT]: outer[ATTR_AGENT_NAME],
    }),
    ...(options.session !== undefined && { [ATTR_SESSION_ID]: options.session }),
    ...(options.user !== undefined && { [ATTR_USER_ID]: options.user }),
    ...(options.conversation !== undefined && { [ATTR_GEN_AI_CONVERSATION_ID]: options.conversation }),
  };
}

function commitAttributes(given: string | false | undefined): Attributes {
  if (given === false) return {};
  const commit = given ?? (currentOptions().git ? findGitCommit(process.cwd()) : undefined);
  return commit === undefined ? {} : { [ATTR_VCS_REF_HEAD_REVISION]: commit };
}

function runOpening(options: RunOptions, id: string): Opening {
  const counter = phaseCounter();
  return {
    kind: "run",
    spanName: `${OPERATIONS.invokeWorkflow} ${options.name}`,
    attributes: runAttributes(options),
    labels: runLabels(options, id),
    lateAttributes: () => commitAttributes(options.gitCommit),
    extendContext: (below) => below.setValue(COUNTER_KEY, counter),
    onStart: startHeartbeat,
    onEnd: (span, ending) => span.setAttribute(ATTR_RUN_STATUS, ending.status),
  };
}

/**
 * Runs a function as one run of an agent program. Every span below, the Anthropic SDK's own included, carries the run.
 * The run ends `succeeded`, `failed` when the function throws, or `cancelled` when it throws an abort error.
 */
export function run<T>(options: RunOptions | string, fn: (run: RunHandle) => T): T {
  const given = named(options, OPTION_NAMES);
  const id = given.id ?? uuidV7();
  return within(runOpening(given, id), (opened) => ({ ...spanHandle(opened), id, name: given.name }), fn);
}
