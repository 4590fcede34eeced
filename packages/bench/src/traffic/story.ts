/** Stories: seeded runs of agents with phases, sub-agents, tools and model calls, as their SDKs export them. */
import { type Call, drawCall, type Place, tellClaudeCode, tellNative, tellWrapper } from "./calls.ts";
import { createContent } from "./content.ts";
import type { ModelAttributes, Story } from "./model.ts";
import { createRandom, type Random } from "./random.ts";
import { addSpan, ORIGINS, StoryWriter, WRITERS } from "./story-writer.ts";

/** How a story is to be. */
export interface StoryOptions {
  readonly seed: number;
  /** At least so many spans; the last run is told to its end. */
  readonly spans: number;
  /** The starts of the runs lie within so many milliseconds. */
  readonly spreadMs: number;
  /** Share of the calls whose prompt and answer are captured, 0 to 1. */
  readonly content: number;
}

const SECOND = 1e9;
const MILLISECOND = 1e6;
const PHASES = ["plan", "research", "implement", "review", "report"];
const AGENTS = ["planner", "scout", "coder", "critic", "analyst", "trader", "writer"];
const TOOLS = ["read_file", "search_code", "run_tests", "web_fetch", "query_prices", "edit_file"];

interface Teller {
  readonly writer: StoryWriter;
  readonly random: Random;
  readonly content: number;
  readonly draw: ReturnType<typeof createContent>;
}

interface RunFacts {
  readonly trace: number;
  readonly labels: ModelAttributes;
  readonly session: Place["session"];
}

/** Tells a story. The same options always tell the same one. */
export function tellStory(options: StoryOptions): Story {
  const random = createRandom(options.seed);
  const writer = new StoryWriter();
  const teller: Teller = { writer, random, content: options.content, draw: createContent(random) };
  while (writer.spans.length < options.spans) {
    tellRun(teller, Math.floor(random.next() * options.spreadMs) * MILLISECOND);
  }
  const byEnd = <Item extends { readonly end: number }>(one: Item, other: Item): number => one.end - other.end;
  const byTime = <Item extends { readonly at: number }>(one: Item, other: Item): number => one.at - other.at;
  const spans = writer.spans.toSorted(byEnd);
  const last = spans.at(-1);
  return {
    origins: ORIGINS,
    spans,
    logs: writer.logs.toSorted(byTime),
    points: writer.points.toSorted(byTime),
    calls: writer.calls,
    traces: writer.traces,
    duration: (last?.end ?? 0) + MILLISECOND,
  };
}

function tellRun(teller: Teller, start: number): void {
  const { writer, random } = teller;
  const trace = writer.trace();
  const id = writer.id();
  const name = random.pick(["nightly-strategy", "issue-fixer", "market-digest"]);
  const labels: ModelAttributes = [
    ["phasewise.run.id", writer.unique("run-", trace)],
    ["phasewise.run.name", name],
  ];
  const facts: RunFacts = { trace, labels, session: writer.unique("session-", trace) };
  let now = start + random.between(5, 50) * MILLISECOND;
  const phases = random.between(2, 4);
  for (let entry = 1; entry <= phases; entry++) now = tellPhase(teller, facts, id, entry, now);
  const failed = random.chance(0.08);
  addSpan(writer, {
    origin: WRITERS.phasewise,
    trace,
    id,
    parent: undefined,
    name: `invoke_workflow ${name}`,
    start,
    end: now + 2 * MILLISECOND,
    status: failed ? 2 : 1,
    message: failed ? "the last phase failed" : "",
    attributes: [
      ["gen_ai.operation.name", "invoke_workflow"],
      ["gen_ai.workflow.name", name],
      ...labels,
      ["phasewise.run.number", trace + 1],
      ["phasewise.run.trigger", random.pick(["auto", "manual"])],
      ["phasewise.run.task_type", random.pick(["bugfix", "feature", "analysis"])],
      ["phasewise.run.status", failed ? "failed" : "succeeded"],
      ["phasewise.outcome.success", !failed],
      ["session.id", facts.session],
      ["user.id", `user-${random.between(1, 40)}`],
    ],
  });
}

function tellPhase(teller: Teller, run: RunFacts, parent: number, entry: number, start: number): number {
  const { writer, random } = teller;
  const id = writer.id();
  const phase = random.pick(PHASES);
  const labels: ModelAttributes = [...run.labels, ["phasewise.phase.name", phase], ["phasewise.phase.entry", entry]];
  let now = start + random.between(1, 20) * MILLISECOND;
  const agents = random.between(1, 2);
  for (let agent = 0; agent < agents; agent++) now = tellAgent(teller, { ...run, labels }, id, now);
  addSpan(writer, {
    origin: WRITERS.phasewise,
    trace: run.trace,
    id,
    parent,
    name: `phase ${phase}`,
    start,
    end: now + MILLISECOND,
    attributes: [...labels, ["session.id", run.session]],
  });
  return now + 2 * MILLISECOND;
}

function tellAgent(teller: Teller, run: RunFacts, parent: number, start: number): number {
  const { writer, random } = teller;
  const id = writer.id();
  const agent = random.pick(AGENTS);
  const labels: ModelAttributes = [
    ...run.labels,
    ["phasewise.agent.name", agent],
    ["session.id", run.session],
    ["user.id", `user-${run.trace % 40}`],
  ];
  const place: Place = { trace: run.trace, parent: id, labels, session: run.session };
  let now = start + random.between(1, 9) * MILLISECOND;
  const turns = random.between(3, 12);
  for (let turn = 0; turn < turns; turn++) {
    now = tellCall(teller, place, now);
    const tools = turn === turns - 1 ? 0 : random.between(0, 2);
    for (let tool = 0; tool < tools; tool++) now = tellTool(teller, place, now);
  }
  addSpan(writer, {
    origin: WRITERS.phasewise,
    trace: run.trace,
    id,
    parent,
    name: `invoke_agent ${agent}`,
    start,
    end: now + MILLISECOND,
    attributes: [
      ["gen_ai.operation.name", "invoke_agent"],
      ["gen_ai.agent.name", agent],
      ["gen_ai.agent.version", "2026.11.3"],
      ["gen_ai.conversation.id", run.session],
      ["phasewise.category", random.pick(["pricing", "risk", "io", "ui"])],
      ["phasewise.outcome.success", random.chance(0.9)],
      ["phasewise.outcome.confidence", { double: random.between(40, 99) / 100 }],
      ...labels,
    ],
  });
  return now + 2 * MILLISECOND;
}

/** Three calls of four are told once, by the SDK; the others by a wrapper too, or by all five layers. */
function tellCall(teller: Teller, place: Place, start: number): number {
  const { writer, random } = teller;
  const layers = random.next();
  const facts = drawCall(random, start, layers > 0.76);
  const end = start + random.between(400, 9_000) * MILLISECOND;
  const content = random.next() < teller.content ? teller.draw() : undefined;
  const call: Call = { place, facts, end, number: writer.call(facts), content };
  if (layers <= 0.76) {
    tellNative(writer, call, random);
  } else if (layers <= 0.9) {
    const wrapper = tellWrapper(writer, call);
    tellNative(writer, { ...call, place: { ...place, parent: wrapper } }, random);
  } else {
    const wrapper = tellWrapper(writer, call);
    const outer = tellClaudeCode(writer, { ...call, place: { ...place, parent: wrapper } });
    tellNative(writer, { ...call, place: { ...place, parent: outer } }, random);
  }
  return end + random.between(2, 30) * MILLISECOND;
}

function tellTool(teller: Teller, place: Place, start: number): number {
  const { writer, random } = teller;
  const id = writer.id();
  const tool = random.pick(TOOLS);
  const end = start + Math.round(random.next() ** 3 * 20 * SECOND) + MILLISECOND;
  const failed = random.chance(0.04);
  addSpan(writer, {
    origin: WRITERS.phasewise,
    trace: place.trace,
    id,
    parent: place.parent,
    name: `execute_tool ${tool}`,
    start,
    end,
    status: failed ? 2 : 1,
    message: failed ? "exit code 1" : "",
    attributes: [
      ["gen_ai.operation.name", "execute_tool"],
      ["gen_ai.tool.name", tool],
      ["gen_ai.tool.type", "function"],
      ["gen_ai.tool.call.id", writer.unique("toolu_01", id)],
      ["gen_ai.tool.description", "Reads from the workspace of the agent and answers what was found there"],
      ["tool.input.bytes", random.between(20, 900)],
      ["tool.output.bytes", random.between(20, 60_000)],
      ["tool.exit_code", failed ? 1 : 0],
      ["tool.sandbox", true],
      ["code.function.name", `tools.${tool}.execute`],
      ["code.file.path", `/srv/agents/src/tools/${tool}.ts`],
      ["code.line.number", random.between(10, 400)],
      ["thread.id", 1],
      ["thread.name", "main"],
      ...(failed ? ([["error.type", "tool_error"]] as const) : []),
      ...place.labels,
    ],
    events: failed
      ? [{ at: end - MILLISECOND, name: "exception", attributes: [["exception.message", "exit code 1"]] }]
      : [],
  });
  return end + random.between(1, 10) * MILLISECOND;
}
