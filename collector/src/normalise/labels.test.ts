import { describe, expect, it } from "vitest";
import type { AnyValue, Resource } from "../decode/otlp.ts";
import { readLabels } from "./labels.ts";
import type { Labels } from "./records.ts";

type Entries = Readonly<Record<string, AnyValue>>;

function labels(own: Entries, resource: Entries = {}): Labels {
  const from: Resource = { attributes: new Map(Object.entries(resource)), droppedAttributesCount: 0, schemaUrl: "" };
  return readLabels(new Map(Object.entries(own)), from);
}

describe("labels", () => {
  it("are read from the item, then from its resource", () => {
    const read = labels({ "session.id": "own" }, { "session.id": "process", "user.id": "u", "phasewise.run.id": "r" });

    expect(read).toMatchObject({ sessionId: "own", userId: "u", runId: "r" });
  });

  it("are never mixed from both where they belong together", () => {
    const resource = {
      "phasewise.run.id": "r1",
      "phasewise.run.name": "first",
      "phasewise.phase.name": "analysis",
      "phasewise.phase.entry": 3n,
      "phasewise.agent.name": "planner",
      "phasewise.agent.id": "p-1",
      "phasewise.agent.parent": "boss",
    };
    const read = labels(
      { "phasewise.run.id": "r2", "phasewise.phase.name": "execution", "gen_ai.agent.name": "coder" },
      resource,
    );

    expect(read).toMatchObject({ runId: "r2", phase: "execution", agent: "coder" });
    expect([read.runName, read.phaseEntry, read.agentId, read.parentAgent]).toStrictEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(labels({}, resource)).toMatchObject({
      runName: "first",
      phaseEntry: 3,
      agentId: "p-1",
      parentAgent: "boss",
    });
  });

  it("take our name of an agent before the convention's", () => {
    expect(labels({ "phasewise.agent.name": "ours", "gen_ai.agent.name": "theirs" }).agent).toBe("ours");
  });

  it("accept a number as text, and text as the number of an entry", () => {
    expect(
      labels({ "phasewise.run.id": 12n, "phasewise.phase.name": "p", "phasewise.phase.entry": "2" }),
    ).toMatchObject({
      runId: "12",
      phaseEntry: 2,
    });
  });

  it("do not make a session of a conversation", () => {
    expect(labels({ "gen_ai.conversation.id": "c" })).toMatchObject({ conversationId: "c", sessionId: undefined });
  });
});
