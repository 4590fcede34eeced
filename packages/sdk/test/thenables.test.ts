import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import Anthropic, { APIPromise } from "@anthropic-ai/sdk";
import { context, trace } from "@opentelemetry/api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { agent, phase } from "../src/index.ts";
import { labelsOf } from "../src/labels.ts";
import { recordInMemory } from "./support/memory.ts";
import { messagesStub } from "./support/messages-stub.ts";

const memory = recordInMemory();
beforeEach(() => memory.reset());

const ended = (): string[] => memory.spans.getFinishedSpans().map(({ name }) => name);

/** Sends its statement each time that somebody waits for it, as query builders do. */
class Query implements PromiseLike<string> {
  sent = 0;
  phase: unknown;
  readonly #failure: Error | undefined;
  constructor(failure?: Error) {
    this.#failure = failure;
  }
  #send(): Promise<string> {
    this.sent += 1;
    this.phase = labelsOf(context.active())["phasewise.phase.name"];
    return this.#failure === undefined ? Promise.resolve("a row") : Promise.reject(this.#failure);
  }
  // oxlint-disable-next-line unicorn/no-thenable
  then<A = string, B = never>(
    onFulfilled?: ((value: string) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#send().then(onFulfilled, onRejected);
  }
  catch<B>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<string | B> {
    return this.#send().catch(onRejected);
  }
  finally(onFinally?: (() => void) | null): Promise<string> {
    return this.#send().finally(onFinally);
  }
}

class OwnPromise<T> extends Promise<T> {}

describe("a lazy thenable", () => {
  it.each<[string, (query: Query) => unknown]>([
    ["await", async (query) => await query],
    ["then", (query) => query.then((row) => row)],
    ["then without callbacks", (query) => query.then(undefined)],
    ["catch", (query) => query.catch(() => "never")],
    ["finally", (query) => query.finally(() => {})],
    ["Promise.all", async (query) => (await Promise.all([query, Promise.resolve()]))[0]],
    ["return from an async function", (query) => (async () => query)()],
  ])("runs once, in its phase, when the host waits by %s", async (_, wait) => {
    const query = new Query();
    const back = phase("save", () => query);
    expect(back).toBe(query);
    expect(Object.keys(back)).toEqual(["sent", "phase"]);
    await pause(5);
    expect([query.sent, ended()]).toEqual([0, []]);
    expect(await wait(back)).toBe("a row");
    expect([query.sent, query.phase, ended()]).toEqual([1, "save", ["phase save"]]);
    expect(Object.getOwnPropertyNames(query)).toEqual(["sent", "phase"]);
  });

  it.each<[string, (query: Query) => Promise<unknown>]>([
    ["await", async (query) => await query],
    ["then", (query) => query.then((row) => row)],
    ["catch without a callback", (query) => query.catch(undefined)],
    ["finally", (query) => query.finally(() => {})],
  ])("that fails gives its error to the host, and to the span, by %s", async (_, wait) => {
    const error = new RangeError("no such table");
    const query = phase("save", () => new Query(error));
    await expect(wait(query)).rejects.toBe(error);
    expect(query.sent).toBe(1);
    expect(memory.span("phase save").attributes["error.type"]).toBe("RangeError");
  });

  it("that fails counts as failed when the host catches that", async () => {
    const query = phase("save", () => new Query(new RangeError("no such table")));
    expect(await query.catch(() => "caught")).toBe("caught");
    expect(memory.span("phase save").attributes["error.type"]).toBe("RangeError");
  });

  it("calls the host back in the host's own context", async () => {
    const seen: unknown[] = [];
    const note = (): void => void seen.push(trace.getActiveSpan());
    await phase("one", () => new Query()).then(note);
    await phase("two", () => new Query()).finally(note);
    await phase("three", () => new Query(new Error("no"))).catch(note);
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  it("ends all spans that returned it, innermost first", async () => {
    const query = phase("save", () => agent("writer", () => new Query()));
    await query;
    expect([query.sent, ended()]).toEqual([1, ["invoke_agent writer", "phase save"]]);
  });

  it("can be returned again and again without growing", async () => {
    const query = new Query();
    for (let index = 0; index < 3; index += 1) await phase("again", () => query);
    expect(query.sent).toBe(3);
    expect(ended()).toEqual(["phase again", "phase again", "phase again"]);
    expect(Object.getOwnPropertyNames(query)).toEqual(["sent", "phase"]);
  });

  it("of an object literal keeps its own, visible methods", async () => {
    const literal = {
      // oxlint-disable-next-line unicorn/no-thenable
      then: (done: (value: number) => void): void => done(5),
    };
    const { then } = literal;
    const back = phase("literal", () => literal);
    expect(Object.keys(back)).toEqual(["then"]);
    expect(await back).toBe(5);
    expect(back.then).toBe(then);
    expect(ended()).toEqual(["phase literal"]);
  });

  it("that throws out of its then does so for the host", () => {
    const error = new TypeError("already sent");
    const broken = {
      // oxlint-disable-next-line unicorn/no-thenable
      then: (): void => {
        throw error;
      },
    };
    const { then } = phase("broken", () => broken);
    expect(then).toThrow(error);
    expect(memory.span("phase broken").attributes["error.type"]).toBe("TypeError");
  });

  it("that is frozen, or a proxy that takes nothing, ends its span at once", async () => {
    const frozen = Object.freeze(new Query());
    expect(phase("frozen", () => frozen)).toBe(frozen);
    const proxy = new Proxy(new Query(), { defineProperty: () => true });
    expect(phase("proxy", () => proxy)).toBe(proxy);
    expect(ended()).toEqual(["phase frozen", "phase proxy"]);
  });
});

describe("a promise subclass", () => {
  it.each<[string, (promise: OwnPromise<number>) => unknown]>([
    ["await", async (promise) => await promise],
    ["then", (promise) => promise.then((value) => value)],
    ["catch", (promise) => promise.catch(() => 0)],
    ["finally", (promise) => promise.finally(() => {})],
    ["Promise.all", async (promise) => (await Promise.all([promise, Promise.resolve()]))[0]],
    ["its own all", async (promise) => (await OwnPromise.all([promise]))[0]],
  ])("stays the same object and ends its span by %s", async (_, wait) => {
    const promise = OwnPromise.resolve(5);
    const back = phase("p", () => promise);
    expect(back).toBe(promise);
    expect(back).toBeInstanceOf(OwnPromise);
    expect(await wait(back)).toBe(5);
    expect(ended()).toEqual(["phase p"]);
  });

  it("gives derived promises of its own class", async () => {
    const derived = phase("p", () => OwnPromise.resolve(5)).then((value) => value + 1);
    expect(derived).toBeInstanceOf(OwnPromise);
    expect(await derived).toBe(6);
  });

  it("that passes for a plain one, which nobody can observe, ends its span at once", async () => {
    const promise = OwnPromise.resolve(5);
    void Object.defineProperty(promise, "constructor", { value: Promise });
    expect(await phase("p", () => promise)).toBe(5);
    expect(ended()).toEqual(["phase p"]);
  });
});

it("a plain promise keeps what hangs on it", async () => {
  const back = phase("command", () => promisify(execFile)(process.execPath, ["--version"]));
  expect(back.child.pid).toBeGreaterThan(0);
  expect((await back).stdout).toBe(`${process.version}\n`);
});

describe("the Anthropic client's promise", () => {
  const request = { model: "claude-sonnet-5-5", max_tokens: 10, messages: [{ role: "user" as const, content: "hi" }] };
  let stub: Awaited<ReturnType<typeof messagesStub>>;
  let client: Anthropic;
  beforeAll(async () => {
    stub = await messagesStub();
    client = new Anthropic({ apiKey: "none", baseURL: stub.url, maxRetries: 0 });
  });
  afterAll(() => stub.close());

  const ask = (model = request.model) => phase("p", () => client.messages.create({ ...request, model }));

  it.each<[string, (promise: ReturnType<typeof ask>) => Promise<unknown>]>([
    ["await", async (promise) => (await promise).id],
    ["then", (promise) => promise.then(({ id }) => id)],
    ["catch", async (promise) => ((await promise.catch(() => undefined)) as { id: string }).id],
    ["finally", async (promise) => (await promise.finally(() => {})).id],
    ["withResponse", async (promise) => (await promise.withResponse()).data.id],
    ["asResponse", async (promise) => ((await (await promise.asResponse()).json()) as { id: string }).id],
  ])("stays what it is, and ends its span with the answer, by %s", async (_, wait) => {
    const promise = ask();
    expect(promise).toBeInstanceOf(APIPromise);
    expect(await wait(promise)).toBe("msg_1");
    expect(ended()).toContain("phase p");
  });

  it.each<[string, (promise: ReturnType<typeof ask>) => Promise<unknown>]>([
    ["await", async (promise) => await promise],
    ["withResponse", (promise) => promise.withResponse()],
    ["asResponse", (promise) => promise.asResponse()],
  ])("gives the API's error to the host and to the span by %s", async (_, wait) => {
    await expect(wait(ask("broken"))).rejects.toThrow("no such model");
    expect(memory.span("phase p").attributes["error.type"]).toBe("BadRequestError");
  });

  it("ends the span after the model call's own", async () => {
    await ask().withResponse();
    expect(ended()).toEqual(["anthropic.messages.create", "phase p"]);
  });
});
