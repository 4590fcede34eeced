import Anthropic, { BadRequestError } from "@anthropic-ai/sdk";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { agent, phase, run } from "../src/index.ts";
import { recordInMemory } from "./support/memory.ts";
import { messagesStub } from "./support/messages-stub.ts";

const memory = recordInMemory();
const request = { model: "claude-sonnet-5-5", max_tokens: 10, messages: [{ role: "user" as const, content: "hi" }] };

describe("the Anthropic SDK's own spans", () => {
  let stub: Awaited<ReturnType<typeof messagesStub>>;
  let client: Anthropic;

  beforeAll(async () => {
    stub = await messagesStub();
    client = new Anthropic({ apiKey: "none", baseURL: stub.url, maxRetries: 0 });
  });
  beforeEach(() => memory.reset());
  afterAll(() => stub.close());

  const calls = (): readonly Readonly<Record<string, unknown>>[] =>
    memory.spans
      .getFinishedSpans()
      .filter(({ name }) => name === "anthropic.messages.create")
      .map(({ attributes }) => attributes);

  it("carry run, phase and agent and hang below our span", async () => {
    await run({ name: "r", id: "1", session: "s" }, () =>
      phase("p", () => agent("a", () => client.messages.create(request))),
    );
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).toMatchObject({
      "phasewise.run.id": "1",
      "phasewise.run.name": "r",
      "phasewise.phase.name": "p",
      "phasewise.phase.entry": 1,
      "phasewise.agent.name": "a",
      "session.id": "s",
      "gen_ai.usage.input_tokens": 15,
      "gen_ai.usage.output_tokens": 5,
    });
    expect(memory.span("anthropic.messages.create").parentSpanContext?.spanId).toBe(
      memory.span("invoke_agent a").spanContext().spanId,
    );
  });

  it("carry the phase that made the call, however the calls interleave", async () => {
    await run("r", () =>
      Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          phase(`p${index}`, () => client.messages.create({ ...request, model: `model-of-p${index}` })),
        ),
      ),
    );
    expect(calls()).toHaveLength(12);
    for (const call of calls())
      expect(call["gen_ai.request.model"]).toBe(`model-of-${String(call["phasewise.phase.name"])}`);
  });

  it("carry them for a streamed call and for the stream helper", async () => {
    const text = await run("r", () =>
      phase("p", async () => {
        let said = "";
        const stream = await client.messages.create({ ...request, stream: true });
        for await (const event of stream) {
          if (event.type === "content_block_delta" && event.delta.type === "text_delta") said += event.delta.text;
        }
        return said + (await client.messages.stream(request).finalText());
      }),
    );
    expect(text).toBe("hellohello");
    expect(calls().map((call) => call["phasewise.phase.name"])).toEqual(["p", "p"]);
    expect(calls().map((call) => call["gen_ai.usage.output_tokens"])).toEqual([5, 5]);
  });

  it("leave the API's error as it is", async () => {
    let inside: unknown;
    const outside = await run("r", () =>
      phase("p", async () => {
        try {
          return await client.messages.create({ ...request, model: "broken" });
        } catch (error) {
          inside = error;
          throw error;
        }
      }),
    ).then(undefined, (error: unknown) => error);
    expect(outside).toBe(inside);
    expect(outside).toBeInstanceOf(BadRequestError);
    expect(memory.span("phase p").attributes["error.type"]).toBe("BadRequestError");
  });

  it("keep the client's rich promise when it is returned without waiting", async () => {
    const promise = phase("p", () => client.messages.create(request));
    expect((await promise.withResponse()).request_id).toBe("req_1");
  });

  it("are announced when they start, with the model, as runs, phases, agents are", async () => {
    await run({ name: "r", id: "1", number: 4, trigger: "auto", taskType: "t", gitCommit: "b".repeat(40) }, () =>
      phase("p", () => agent("a", () => client.messages.create(request))),
    );
    const events = memory.logs.getFinishedLogRecords();
    expect(events.map(({ eventName }) => eventName)).toEqual(Array(4).fill("phasewise.span.started"));
    expect(events.map(({ attributes }) => attributes["phasewise.span.kind"])).toEqual([
      "run",
      "phase",
      "agent",
      "model_call",
    ]);
    expect(events.map(({ attributes }) => attributes["phasewise.run.id"])).toEqual(["1", "1", "1", "1"]);
    const [first, second, , last] = events;
    expect(first?.attributes).toMatchObject({
      "phasewise.span.name": "invoke_workflow r",
      "phasewise.run.number": 4,
      "phasewise.run.trigger": "auto",
      "phasewise.run.task_type": "t",
      "vcs.ref.head.revision": "b".repeat(40),
    });
    expect(first?.attributes).not.toHaveProperty("phasewise.span.parent_id");
    expect(second?.attributes["phasewise.span.parent_id"]).toBe(first?.spanContext?.spanId);
    expect(last?.attributes).toMatchObject({
      "phasewise.span.name": "anthropic.messages.create",
      "phasewise.span.parent_id": memory.span("invoke_agent a").spanContext().spanId,
      "phasewise.phase.name": "p",
      "phasewise.agent.name": "a",
      "gen_ai.request.model": "claude-sonnet-5-5",
    });
    expect(last?.spanContext?.spanId).toBe(memory.span("anthropic.messages.create").spanContext().spanId);
  });
});
