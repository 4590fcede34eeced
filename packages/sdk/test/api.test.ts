import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";
import { beforeEach, describe, expect, it } from "vitest";
import { agent, phase, run, tool } from "../src/index.ts";
import { recordInMemory } from "./support/memory.ts";

const memory = recordInMemory();
beforeEach(() => memory.reset());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A span of another library, made where we are. */
function foreign(name: string): void {
  trace.getTracer("other").startSpan(name).end();
}

function attributes(name: string): Readonly<Record<string, unknown>> {
  return memory.span(name).attributes;
}

describe("run", () => {
  it("writes the span that the vocabulary describes", () => {
    const id = run(
      {
        name: "iteration",
        number: 7,
        taskType: "refactoring",
        trigger: "auto",
        gitCommit: "a".repeat(40),
        agent: "main",
        session: "s1",
        user: "u1",
        conversation: "c1",
      },
      (handle) => {
        handle.setOutcome({ success: true, confidence: 0.8, category: "bug" });
        return handle.id;
      },
    );
    const span = memory.span("invoke_workflow iteration");
    expect(span.kind).toBe(SpanKind.INTERNAL);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.instrumentationScope).toMatchObject({
      name: "@phasewise/sdk",
      schemaUrl: "https://opentelemetry.io/schemas/gen-ai/1.42.0",
    });
    expect(span.attributes).toEqual({
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.workflow.name": "iteration",
      "gen_ai.conversation.id": "c1",
      "phasewise.run.id": id,
      "phasewise.run.name": "iteration",
      "phasewise.run.number": 7,
      "phasewise.run.task_type": "refactoring",
      "phasewise.run.trigger": "auto",
      "phasewise.run.status": "succeeded",
      "phasewise.agent.name": "main",
      "phasewise.outcome.success": true,
      "phasewise.outcome.confidence": 0.8,
      "phasewise.category": "bug",
      "session.id": "s1",
      "user.id": "u1",
      "vcs.ref.head.revision": "a".repeat(40),
    });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("finds the commit of the working directory by itself, and leaves it out when told to", () => {
    run("with", () => {});
    run({ name: "without", gitCommit: false }, () => {});
    expect(attributes("invoke_workflow with")["vcs.ref.head.revision"]).toMatch(/^[0-9a-f]{40}$/);
    expect(attributes("invoke_workflow without")).not.toHaveProperty("vcs.ref.head.revision");
  });

  it("ends failed with the same error object, an exception event and its type", async () => {
    class OverloadedError extends Error {}
    const error = new OverloadedError("try later");
    await expect(run("r", () => Promise.reject(error))).rejects.toBe(error);
    const span = memory.span("invoke_workflow r");
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: "try later" });
    expect(span.attributes).toMatchObject({ "error.type": "OverloadedError", "phasewise.run.status": "failed" });
    expect(span.events.map((event) => event.name)).toEqual(["exception"]);
  });

  it("passes on whatever is thrown, also things that are no errors or fight being read", () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
      },
    );
    for (const [name, thrown] of [
      ["text", "nope"],
      ["nothing", undefined],
      ["hostile", hostile],
    ] as const) {
      let caught: unknown = "not thrown";
      try {
        run(name, () => {
          throw thrown;
        });
      } catch (error) {
        caught = error;
      }
      expect(Object.is(caught, thrown)).toBe(true);
      expect(attributes(`invoke_workflow ${name}`)["phasewise.run.status"]).toBe("failed");
    }
  });

  it("ends cancelled, without an error, when the work was aborted", async () => {
    const work = run("r", () => fetch("http://127.0.0.1:9", { signal: AbortSignal.abort() }));
    await expect(work).rejects.toThrow("abort");
    expect(attributes("invoke_workflow r")["phasewise.run.status"]).toBe("cancelled");
    expect(memory.span("invoke_workflow r").status.code).toBe(SpanStatusCode.UNSET);
  });

  it("starts a run inside a run without the phase of the outer one", () => {
    run("outer", () => phase("p", () => run({ name: "inner", id: "i" }, () => foreign("x"))));
    expect(attributes("x")).toEqual({ "phasewise.run.id": "i", "phasewise.run.name": "inner" });
  });
});

describe("labels", () => {
  it("reach spans and log records of other libraries, and do not replace what those say themselves", () => {
    run({ name: "r", id: "1", session: "ours" }, () =>
      phase("p", () =>
        agent({ name: "a", id: "a1", version: "2" }, () => {
          trace
            .getTracer("other")
            .startSpan("x", { attributes: { "session.id": "theirs" } })
            .end();
          logs.getLogger("other").emit({ body: "said" });
        }),
      ),
    );
    const labels = {
      "phasewise.run.id": "1",
      "phasewise.run.name": "r",
      "phasewise.phase.name": "p",
      "phasewise.phase.entry": 1,
      "phasewise.agent.name": "a",
      "phasewise.agent.id": "a1",
    };
    expect(attributes("x")).toEqual({ ...labels, "session.id": "theirs" });
    const record = memory.logs.getFinishedLogRecords().find(({ body }) => body === "said");
    expect(record?.attributes).toEqual({ ...labels, "session.id": "ours" });
    expect(attributes("invoke_agent a")).toMatchObject({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "a",
      "gen_ai.agent.id": "a1",
      "gen_ai.agent.version": "2",
    });
  });

  it("keep 20 parallel phases apart", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    await run("r", () =>
      Promise.all(
        names.map((name, index) =>
          phase(name, async () => {
            await pause((index * 7) % 13);
            foreign(`${name} first`);
            await pause((index * 5) % 11);
            agent(`agent of ${name}`, () => foreign(`${name} second`));
          }),
        ),
      ),
    );
    for (const name of names) {
      expect(attributes(`${name} first`)["phasewise.phase.name"]).toBe(name);
      expect(attributes(`${name} first`)).not.toHaveProperty("phasewise.agent.name");
      expect(attributes(`${name} second`)).toMatchObject({
        "phasewise.phase.name": name,
        "phasewise.agent.name": `agent of ${name}`,
      });
      expect(memory.span(`phase ${name}`).parentSpanContext?.spanId).toBe(
        memory.span("invoke_workflow r").spanContext().spanId,
      );
    }
  });

  it("name the parent of a nested agent, and are the outer ones again afterwards", () => {
    run("r", () =>
      agent({ name: "lead", id: "l1" }, () => {
        agent("scout", () => foreign("inside"));
        foreign("after");
      }),
    );
    expect(attributes("inside")).toMatchObject({ "phasewise.agent.name": "scout", "phasewise.agent.parent": "lead" });
    expect(attributes("inside")).not.toHaveProperty("phasewise.agent.id");
    expect(attributes("after")).toMatchObject({ "phasewise.agent.name": "lead", "phasewise.agent.id": "l1" });
    expect(attributes("after")).not.toHaveProperty("phasewise.agent.parent");
  });

  it("count the entries of each phase per run", () => {
    const entries: string[] = [];
    const enter = (name: string): void => phase(name, (p) => void entries.push(`${p.name} ${p.entry}`));
    run("one", () => {
      enter("scan");
      enter("scan");
      enter("analyse");
      enter("scan");
    });
    run("two", () => enter("scan"));
    expect(entries).toEqual(["scan 1", "scan 2", "analyse 1", "scan 3", "scan 1"]);
  });
});

describe("the callback", () => {
  it("gives back its value: a plain one at once, a promise later", async () => {
    const value = { some: "object" };
    expect(phase("sync", () => value)).toBe(value);
    expect(await phase("async", () => Promise.resolve(value))).toBe(value);
    expect(memory.spans.getFinishedSpans().map(({ name }) => name)).toEqual(["phase sync", "phase async"]);
  });

  it("gives back a promise of a richer kind as the very same object", async () => {
    class RichPromise<T> extends Promise<T> {
      extra(): string {
        return "still here";
      }
    }
    const rich = RichPromise.resolve(5);
    const back = phase("rich", () => rich);
    expect(back).toBe(rich);
    expect(await back).toBe(5);
    expect(memory.span("phase rich").ended).toBe(true);
  });

  it("leaves an unhandled rejection unhandled", async () => {
    const seen: unknown[] = [];
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.once("unhandledRejection", (reason) => seen.push(reason));
    const error = new Error("nobody catches me");
    void phase("floating", () => Promise.reject(error));
    await pause(5);
    for (const listener of listeners) process.on("unhandledRejection", listener);
    expect(seen).toEqual([error]);
  });

  it("of a tool writes the tool span", () => {
    expect(tool({ name: "search", callId: "toolu_1", type: "function" }, (handle) => handle.name)).toBe("search");
    expect(attributes("execute_tool search")).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "search",
      "gen_ai.tool.call.id": "toolu_1",
      "gen_ai.tool.type": "function",
    });
  });

  it("can say nonsense to its handle without harm", () => {
    phase("p", (handle) => {
      handle.setOutcome({ confidence: 7, success: "yes" as unknown as boolean, category: "" });
      handle.setAttribute("note", "kept");
    });
    expect(attributes("phase p")).toEqual({
      "phasewise.phase.name": "p",
      "phasewise.phase.entry": expect.any(Number),
      note: "kept",
    });
  });

  it("runs outside of any span when tracing is suppressed", async () => {
    const { suppressTracing } = await import("@opentelemetry/core");
    const result = context.with(suppressTracing(context.active()), () => run("quiet", (handle) => handle.traceId));
    expect(result).toBe("0".repeat(32));
    expect(memory.spans.getFinishedSpans()).toEqual([]);
  });
});

it("a call without a usable name still runs the function", () => {
  const loose = run as unknown as (options: unknown, fn: () => number) => number;

  expect(loose(undefined, () => 1)).toBe(1);
  expect(loose({ number: 3 }, () => 2)).toBe(2);
});

it("a call whose options throw when they are read runs the function, with what could be read", () => {
  const hostile = (): never => {
    throw new Error("must not reach the host");
  };
  class Options {
    get name(): string {
      return hostile();
    }
    get id(): string {
      return hostile();
    }
  }
  for (const entry of [run, phase, agent, tool]) expect(entry(new Options(), ({ name }) => name)).toBe("unnamed");

  const attributes = {
    get broken(): string {
      return hostile();
    },
  };
  for (const entry of [run, phase, agent, tool]) {
    expect(entry({ name: "readable", attributes }, ({ name }) => name)).toBe("readable");
  }
  expect(memory.span("phase readable").attributes).not.toHaveProperty("broken");
});
