import Anthropic, { APIConnectionError, APIError, APIUserAbortError, RateLimitError } from "@anthropic-ai/sdk";
import { afterEach, expect, test } from "vitest";
import { startMessagesApi, type MessagesApiDouble, type MessagesApiOptions } from "./double.ts";
import {
  closeEarly,
  cut,
  error,
  failThen,
  hang,
  inTurn,
  midStreamError,
  refusal,
  slow,
  text,
  thinking,
  toolUse,
  webSearch,
  withUsage,
} from "./reply.ts";

const open: MessagesApiDouble[] = [];

afterEach(async () => {
  for (const double of open.splice(0)) await double.stop();
});

async function start(
  options: MessagesApiOptions = {},
): Promise<{ readonly double: MessagesApiDouble; readonly client: Anthropic }> {
  const double = await startMessagesApi(options);
  open.push(double);
  return { double, client: new Anthropic({ apiKey: "sk-test", baseURL: double.url, maxRetries: 2 }) };
}

function ask(content: string): Anthropic.MessageCreateParamsNonStreaming {
  return { model: "claude-sonnet-5-5", max_tokens: 1000, messages: [{ role: "user", content }] };
}

const shell: Anthropic.Tool = { name: "Bash", description: "Runs a command", input_schema: { type: "object" } };
const figures = {
  uncachedInputTokens: 13,
  cacheReadTokens: 2048,
  cacheWrite5mTokens: 300,
  cacheWrite1hTokens: 212,
  outputTokens: 37,
};

test("a message and its stream carry the same content and usage", async () => {
  const { client } = await start({ script: () => withUsage(thinking("hmm", text("The answer is 42.")), figures) });

  const whole = await client.messages.create(ask("What is it?"));
  const streamed = await client.messages.stream(ask("What is it?")).finalMessage();

  expect(whole.content).toEqual([
    { type: "thinking", thinking: "hmm", signature: expect.any(String) },
    { type: "text", text: "The answer is 42.", citations: null },
  ]);
  expect(streamed.content).toEqual(whole.content);
  expect(streamed.usage).toEqual(whole.usage);
  expect(whole.usage).toMatchObject({
    input_tokens: 13,
    cache_read_input_tokens: 2048,
    cache_creation_input_tokens: 512,
    cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 212 },
    output_tokens: 37,
    output_tokens_details: { thinking_tokens: 4 },
  });
});

test("a raw stream starts with the placeholder of one output token and ends with the final count", async () => {
  const { client } = await start({ script: () => withUsage(text("Well."), figures) });

  const events: Anthropic.RawMessageStreamEvent[] = [];
  for await (const event of await client.messages.create({ ...ask("?"), stream: true })) events.push(event);

  expect(events.map((event) => event.type)).toEqual([
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  const [first] = events;
  expect(first?.type === "message_start" && first.message.usage.output_tokens).toBe(1);
  expect(events.find((event) => event.type === "message_delta")).toMatchObject({
    delta: { stop_reason: "end_turn" },
    usage: { output_tokens: 37, input_tokens: 13 },
  });
});

test("a streamed tool call puts its input together from deltas", async () => {
  const input = { command: "echo 'a rather long command that needs more than one piece'", nested: [[1, [2]]] };
  const { client } = await start({ script: () => toolUse("Bash", input, "Let me look.") });

  const message = await client.messages.stream({ ...ask("go"), tools: [shell] }).finalMessage();

  expect(message.stop_reason).toBe("tool_use");
  expect(message.content[1]).toMatchObject({ type: "tool_use", name: "Bash", input });
});

test("web searches, refusals, speed and geography are in the message as the API writes them", async () => {
  const { client } = await start({
    script: inTurn(webSearch("weather", "Fine."), refusal("cyber", "No."), text("Fast.")),
  });

  const searched = await client.messages.create(ask("weather?"));
  const refused = await client.messages.create(ask("hack"));
  const fast = await client.messages.create({ ...ask("quick"), speed: "fast", inference_geo: "us" });

  expect(searched.usage.server_tool_use).toEqual({ web_search_requests: 1, web_fetch_requests: 0 });
  expect(searched.content.map((block) => block.type)).toEqual(["server_tool_use", "web_search_tool_result", "text"]);
  expect(refused).toMatchObject({ stop_reason: "refusal", stop_details: { type: "refusal", category: "cyber" } });
  expect(fast.usage).toMatchObject({ speed: "fast", inference_geo: "us", service_tier: "standard" });
});

test("an answer longer than max_tokens is cut and says so", async () => {
  const { double, client } = await start({ script: () => text("word ".repeat(100)) });

  const message = await client.messages.create({ ...ask("talk"), max_tokens: 10 });

  expect(message.stop_reason).toBe("max_tokens");
  expect(message.usage.output_tokens).toBe(10);
  expect(double.ledger().total.outputTokens).toBe(10);
});

test("errors have the API's shape, type and request id", async () => {
  const statuses = [400, 401, 404, 413, 429, 500, 529];
  const { double, client } = await start({ script: (_request, index) => error(statuses[index] ?? 500) });

  const failures: unknown[] = [];
  for (const _status of statuses) {
    failures.push(await client.messages.create(ask("x"), { maxRetries: 0 }).catch((failure: unknown) => failure));
  }

  expect(failures.every((failure) => failure instanceof APIError)).toBe(true);
  expect(failures.map((failure) => (failure as APIError).status)).toEqual(statuses);
  expect(failures.map((failure) => (failure as APIError).type)).toEqual([
    "invalid_request_error",
    "authentication_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "overloaded_error",
  ]);
  expect(failures.map((failure) => (failure as APIError).requestID)).toEqual(
    double.ledger().entries.map((entry) => entry.requestId),
  );
  expect(double.ledger().total).toMatchObject({ requests: 7, answered: 0, errors: 7, costPicoUsd: 0n });
});

test("the SDK's retries go through two failures, and only the answer is billed", async () => {
  const { double, client } = await start({
    script: failThen(2, error(429, { retryAfterSeconds: 0 }), () => withUsage(text("At last."), figures)),
  });

  await client.messages.create(ask("x"));

  expect(double.ledger().entries.map((entry) => entry.status)).toEqual([429, 429, 200]);
  expect(double.ledger().total).toMatchObject({ answered: 1, errors: 2, outputTokens: 37 });
});

test("retry-after is told in seconds", async () => {
  const { client } = await start({ script: () => error(429, { retryAfterSeconds: 7 }) });

  const failure = await client.messages.create(ask("x"), { maxRetries: 0 }).catch((thrown: unknown) => thrown);

  expect(failure).toBeInstanceOf(RateLimitError);
  expect((failure as RateLimitError).headers?.get("retry-after")).toBe("7");
});

test("what the API would refuse is refused before the script is asked", async () => {
  const { double, client } = await start({ apiKey: "sk-other", maxBodyBytes: 1000 });
  const good = { model: "claude-sonnet-5-5", max_tokens: 5, messages: [{ role: "user", content: "x" }] };
  const send = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${double.url}/v1/messages`, {
      method: "POST",
      headers: { "x-api-key": "sk-other", "anthropic-version": "2023-06-01", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  const wrongKey = await client.messages.create(ask("x")).catch((failure: unknown) => failure);
  const statuses = [
    await send("{"),
    await send({ ...good, max_tokens: 0 }),
    await send({ ...good, messages: [] }),
    await send({ ...good, model: "claude-nobody" }),
    await send({ ...good, messages: [{ role: "user", content: "x".repeat(2000) }] }),
    await send(good, { "x-api-key": "" }),
    await send(good),
  ].map((response) => response.status);

  expect((wrongKey as APIError).status).toBe(401);
  expect(statuses).toEqual([400, 400, 400, 404, 413, 401, 200]);
});

test("a mid-stream error, a cut and an early end reach the reader, and are in the ledger as broken", async () => {
  const long = text("A sentence that is long enough to need several pieces on its way.");
  const { double, client } = await start({
    script: inTurn(midStreamError(long, "overloaded_error", 4), cut(long, 4), closeEarly(long, 4)),
  });
  const read = async (): Promise<unknown> => client.messages.stream(ask("x"), { maxRetries: 0 }).finalMessage();

  const overloaded = await read().catch((failure: unknown) => failure);
  const broken = await read().catch((failure: unknown) => failure);
  const early = await read().catch((failure: unknown) => failure);

  expect(overloaded).toBeInstanceOf(APIError);
  expect((overloaded as APIError).type).toBe("overloaded_error");
  expect(broken).toBeInstanceOf(Error);
  expect(early).toBeInstanceOf(Error);
  expect(double.ledger().entries.map((entry) => entry.ended)).toEqual(["broken", "broken", "broken"]);
  expect(double.ledger().total.broken).toBe(3);
});

test("a JSON answer that breaks in the middle is a connection error", async () => {
  const { client } = await start({ script: () => cut(text("never whole")) });

  const failure = await client.messages.create(ask("x"), { maxRetries: 0 }).catch((thrown: unknown) => thrown);

  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toBeInstanceOf(APIUserAbortError);
});

test("a client that gives up a silent request is seen leaving", async () => {
  const { double, client } = await start({ script: () => hang() });

  const failure = await client.messages
    .create(ask("x"), { maxRetries: 0, timeout: 100 })
    .catch((thrown: unknown) => thrown);

  expect(failure).toBeInstanceOf(APIConnectionError);
  await expect.poll(() => double.ledger().entries[0]?.ended).toBe("left");
});

test("an aborted stream is billed for what had been sent", async () => {
  const { double, client } = await start({
    script: () => withUsage(slow(text("word ".repeat(60)), { eventMs: 10 }), { ...figures, outputTokens: 100 }),
  });

  const stream = await client.messages.create({ ...ask("x"), stream: true });
  for await (const event of stream) {
    if (event.type === "content_block_delta") break;
  }

  await expect.poll(() => double.ledger().entries[0]?.ended).toBe("left");
  const { outputTokens, uncachedInputTokens } = double.ledger().total;
  expect(uncachedInputTokens).toBe(13);
  expect(outputTokens).toBeGreaterThan(0);
  expect(outputTokens).toBeLessThan(100);
});

test("the first byte waits as long as it was told to", async () => {
  const { client } = await start({ script: () => slow(text("Late."), { firstByteMs: 80 }) });
  const before = performance.now();

  await client.messages.create(ask("x"));

  expect(performance.now() - before).toBeGreaterThanOrEqual(75);
});

test("a slow stream of many events leaves no listeners behind", async () => {
  const warnings: string[] = [];
  const note = (warning: Error): void => {
    warnings.push(warning.name);
  };
  process.on("warning", note);
  const { client } = await start({ script: () => slow(text("word ".repeat(100)), { eventMs: 1 }) });

  await client.messages.stream(ask("x")).finalMessage();

  process.off("warning", note);
  expect(warnings).toEqual([]);
});

test("a cached prompt is written once with its lifetime and read after that", async () => {
  const { double, client } = await start();
  const system: Anthropic.TextBlockParam[] = [
    { type: "text", text: "a".repeat(4000), cache_control: { type: "ephemeral", ttl: "1h" } },
    { type: "text", text: "b".repeat(400), cache_control: { type: "ephemeral" } },
  ];

  const first = await client.messages.create({ ...ask("one"), system });
  const second = await client.messages.create({ ...ask("two"), system });

  expect(first.usage).toMatchObject({
    input_tokens: 4,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 1000 },
  });
  expect(second.usage).toMatchObject({
    input_tokens: 4,
    cache_read_input_tokens: 1100,
    cache_creation_input_tokens: 0,
  });
  expect(double.ledger().total.cacheReadTokens).toBe(1100);
});

test("tokens can be counted and models looked up", async () => {
  const { double, client } = await start();

  const counted = await client.messages.countTokens({
    model: "claude-sonnet-5-5",
    messages: [{ role: "user", content: "x".repeat(40) }],
  });
  const ids: string[] = [];
  for await (const model of client.models.list()) ids.push(model.id);
  const haiku = await client.models.retrieve("claude-haiku-4-5");
  const unknown = await client.models.retrieve("claude-nobody").catch((failure: unknown) => failure);

  expect(counted).toEqual({ input_tokens: 13 });
  expect(ids).toContain("claude-opus-5-5");
  expect(haiku).toMatchObject({ type: "model", id: "claude-haiku-4-5-20251001", line: "haiku" });
  expect((unknown as APIError).status).toBe(404);
  expect(double.ledger().entries).toEqual([]);
});

test("the same requests give the same ids and figures", async () => {
  const run = async (seed: string): Promise<readonly unknown[]> => {
    const { double, client } = await start({ seed, now: () => 1_790_000_000_000 });
    await client.messages.create(ask("one"));
    await client.messages.stream(ask("two")).finalMessage();
    return double.ledger().entries;
  };

  expect(await run("a")).toEqual(await run("a"));
  expect(await run("a")).not.toEqual(await run("b"));
});

test("a script that throws is a server error, and the entry is closed", async () => {
  const { double, client } = await start({
    script: () => {
      throw new Error("my mistake");
    },
  });

  const failure = await client.messages.create(ask("x"), { maxRetries: 0 }).catch((thrown: unknown) => thrown);

  expect((failure as APIError).status).toBe(500);
  expect(String(failure)).toContain("my mistake");
  expect(double.ledger().entries[0]?.ended).toBe("error");
});
