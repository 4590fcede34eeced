/** Whose call it is: phase, agent, caller, run, session and user in the ledger of calls, from requests that arrive in any order. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Row, withLoaded } from "./support/loaded-store.ts";
import { type Export, exportOf, spanExport, splitUp, type Value } from "./support/settled-telemetry.ts";

const OURS = "@phasewise/sdk";
const NATIVE = "com.anthropic.sdk.typescript";

const RUN = span("1", undefined, OURS, {
  "gen_ai.operation.name": "invoke_workflow",
  "phasewise.run.id": "run-7",
  "phasewise.run.name": "iteration",
  "user.id": "ada",
});
const PHASE = span("2", "1", OURS, { "phasewise.phase.name": "analyse", "phasewise.phase.entry": 2 });
const AGENT = span("3", "2", OURS, {
  "gen_ai.operation.name": "invoke_agent",
  "gen_ai.agent.name": "planner",
  "session.id": "s-1",
});
const SUB_AGENT = span("4", "3", OURS, { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "coder" });

const PLACED = {
  run_id: "run-7",
  run_name: "iteration",
  phase: "analyse",
  phase_entry: 2,
  agent: "coder",
  parent_agent: "planner",
  session_id: "s-1",
  user_id: "ada",
};
const NOWHERE = {
  run_id: null,
  run_name: null,
  phase: null,
  phase_entry: null,
  agent: null,
  parent_agent: null,
  session_id: null,
  user_id: null,
};

describe("a call has", () => {
  test("what its nearest ancestors say, whichever of them arrives first", async () => {
    const spans = [RUN, PHASE, AGENT, SUB_AGENT, call("5", "4")];

    for (const order of [spans, spans.toReversed(), [3, 0, 4, 2, 1].map((index) => spans[index] ?? RUN)]) {
      expect(await labelsOf(order)).toStrictEqual([{ call_key: "req:req_5", ...PLACED }]);
    }
  });

  test("nothing of a parent that never arrives, and all of it once it does", async () => {
    const orphan = [call("5", "4"), PHASE, RUN];

    expect(await labelsOf(orphan)).toStrictEqual([{ call_key: "req:req_5", ...NOWHERE }]);
    expect(await labelsOf([...orphan, SUB_AGENT, AGENT])).toStrictEqual([{ call_key: "req:req_5", ...PLACED }]);
  });

  test("what it says itself before what its ancestors say", async () => {
    const own = call("5", "4", { "phasewise.phase.name": "review", "user.id": "eve", "session.id": "s-2" });

    expect(await labelsOf([RUN, PHASE, AGENT, SUB_AGENT, own])).toStrictEqual([
      { call_key: "req:req_5", ...PLACED, phase: "review", phase_entry: null, user_id: "eve", session_id: "s-2" },
    ]);
  });

  test("what its process says, where no span says it", async () => {
    const [bare] = [call("5", undefined)];
    const body = JSON.parse(JSON.stringify(bare?.body)) as { resourceSpans: { resource: { attributes: unknown[] } }[] };
    for (const [key, value] of [
      ["phasewise.run.id", "run-7"],
      ["phasewise.phase.name", "review"],
      ["session.id", "s-9"],
    ]) {
      body.resourceSpans[0]?.resource.attributes.push({ key, value: { stringValue: value } });
    }

    expect(await labelsOf([{ signal: "traces", body: body as never }])).toStrictEqual([
      { call_key: "req:req_5", ...NOWHERE, run_id: "run-7", phase: "review", session_id: "s-9" },
    ]);
  });

  test("what is on a circle of parents, in any order, and the calls on it count", async () => {
    const circle = [
      span("1", "3", OURS, { "phasewise.phase.name": "one" }),
      span("2", "1", OURS, { "user.id": "ada" }),
      span("3", "2", OURS, {}),
      call("5", "2"),
      call("6", "6"),
    ];

    const seen = await labelsOf(circle);
    expect(seen.map((row) => row["call_key"])).toStrictEqual(["req:req_5", "req:req_6"]);
    expect(seen[0]).toMatchObject({ user_id: "ada", run_id: null });
    expect(await labelsOf(circle.toReversed())).toStrictEqual(seen);
  });
});

test("Claude Code: a request of a sub-agent is that agent's, called by the main thread, from spans, from events and from both", async () => {
  const spans = ["spans", "spans-last"].map((part) => caseOf(`cli-2.1.329-${part}`));
  const events = ["events", "events-last"].map((part) => caseOf(`cli-2.1.329-${part}`));
  for (const exports of [spans, events, [...spans, ...events], [...events, ...spans].flatMap(splitUp).toReversed()]) {
    const calls = await labelsOf(exports);
    const agents = calls.map((row) => [row["call_key"], row["parent_agent"]]);

    expect(agents).toStrictEqual([1, 2, 3, 4, 5].map((number) => [`req:req_${number}`, number === 4 ? "main" : null]));
    expect(new Set(calls.map((row) => row["session_id"])).size).toBe(1);
    expect(calls.filter((row) => row["agent"] === "main")).toHaveLength(4);
  }
}, 30_000);

test("Claude Code: executing a tool and waiting for permission are apart", async () => {
  const rows = await withLoaded([caseOf("cli-2.1.329-spans")], "json", (store) =>
    store.read("select tool, duration_ms, executing_ms, waiting_ms from tool_calls order by started_at"),
  );

  expect(rows.map((row) => row["tool"])).toStrictEqual(["Bash", "Agent"]);
  for (const { duration_ms: whole, executing_ms: executing, waiting_ms: waiting } of rows) {
    expect(Number(executing)).toBeGreaterThan(0);
    expect(Number(waiting)).toBeGreaterThan(0);
    expect(Number(executing) + Number(waiting)).toBeLessThanOrEqual(Number(whole) + 0.001);
  }
});

/** Every label of every call, after each export was loaded by itself, in this order. */
async function labelsOf(exports: readonly Export[]): Promise<readonly Row[]> {
  return await withLoaded(exports, "json", (store) =>
    store.read(`select call_key, ${Object.keys(NOWHERE).join(", ")} from call_ledger order by call_key`),
  );
}

function call(id: string, parent: string | undefined, own: Readonly<Record<string, Value>> = {}): Export {
  return span(id, parent, NATIVE, {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-opus-5-5",
    "gen_ai.usage.input_tokens": 120,
    "gen_ai.usage.output_tokens": 42,
    "anthropic.request.id": `req_${id}`,
    ...own,
  });
}

function span(
  id: string,
  parent: string | undefined,
  scope: string,
  attributes: Readonly<Record<string, Value>>,
): Export {
  const parentSpanId = parent === undefined ? {} : { parentSpanId: parent.padStart(16, "0") };
  return spanExport({ scope, spanId: id.padStart(16, "0"), ...parentSpanId, attributes });
}

function caseOf(name: string): Export {
  const url = new URL(`../src/normalise/dialects/claude-code/cases/${name}.json`, import.meta.url);
  const { otlp }: { readonly otlp: Export["body"] } = JSON.parse(readFileSync(url, "utf8"));
  return exportOf(otlp);
}
