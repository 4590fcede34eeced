import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startMessagesApi, type MessagesApiDouble } from "./double.ts";
import { readMarkers } from "./markers.ts";

let double: MessagesApiDouble;
let client: Anthropic;

beforeEach(async () => {
  double = await startMessagesApi();
  client = new Anthropic({ apiKey: "sk-test", baseURL: double.url, maxRetries: 2 });
});

afterEach(async () => {
  await double.stop();
});

const tools: Anthropic.Tool[] = ["Bash", "Read", "Agent"].map((name) => ({ name, input_schema: { type: "object" } }));

/** Talks until no tool is called any more; tells the tools that were called, a list for each answer. */
async function converse(content: string): Promise<readonly (readonly string[])[]> {
  const messages: Anthropic.MessageParam[] = [{ role: "user", content }];
  const called: string[][] = [];
  for (;;) {
    const answer = await client.messages.create({ model: "claude-sonnet-5-5", max_tokens: 1000, tools, messages });
    const calls = answer.content.filter((block) => block.type === "tool_use");
    if (calls.length === 0) return called;
    called.push(calls.map((call) => `${call.name} ${JSON.stringify(call.input)}`));
    const results = calls.map((call) => ({ type: "tool_result", tool_use_id: call.id, content: "ok" }) as const);
    messages.push({ role: "assistant", content: answer.content }, { role: "user", content: results });
  }
}

test("markers are read with brackets inside their arguments", () => {
  const source =
    'Go [[tool:Bash {"a":[[1,[2]]]}]][[agent:general-purpose sub [[tool:Read {"b":1}]]]] [[hang]] [[other]]';

  expect(readMarkers(source)).toEqual([
    { name: "tool", argument: 'Bash {"a":[[1,[2]]]}', touchesPrevious: false },
    { name: "agent", argument: 'general-purpose sub [[tool:Read {"b":1}]]', touchesPrevious: true },
    { name: "hang", argument: "", touchesPrevious: false },
  ]);
});

test("a tool marker fires once in a conversation, and markers fire one after the other", async () => {
  const called = await converse('[[tool:Bash {"command":"one"}]] then [[tool:Read {"file_path":"/x"}]]');

  expect(called).toEqual([['Bash {"command":"one"}'], ['Read {"file_path":"/x"}']]);
});

test("markers that touch are called together", async () => {
  const called = await converse('[[tool:Bash {"command":"one"}]][[tool:Bash {"command":"two"}]]');

  expect(called).toEqual([['Bash {"command":"one"}', 'Bash {"command":"two"}']]);
});

test("an agent marker calls the sub-agent tool with the rest as its prompt", async () => {
  const [[call] = []] = await converse('[[agent:general-purpose look [[tool:Bash {"command":"ls"}]]]]');

  expect(call).toMatch(/^Agent /);
  expect(call).toContain('"subagent_type":"general-purpose"');
  expect(call).toContain('"prompt":"look [[tool:Bash {\\"command\\":\\"ls\\"}]]"');
});

test("a tool that the request does not offer is not called", async () => {
  expect(await converse('[[tool:Write {"file_path":"/x"}]]')).toEqual([]);
});

test("a status marker fails so many requests and then answers", async () => {
  await converse("[[status:529x2]] hello");

  expect(double.ledger().entries.map((entry) => entry.status)).toEqual([529, 529, 200]);
});

test("a status marker without end fails every time", async () => {
  const failure = await converse("[[status:400x*]]").catch((thrown: unknown) => thrown);

  expect((failure as APIError).status).toBe(400);
});

test("the header speaks for prompts that must stay as they are", async () => {
  const message = await client.messages.create(
    { model: "claude-sonnet-5-5", max_tokens: 1000, messages: [{ role: "user", content: "plain" }] },
    { headers: { "x-double": '[[text:as told]] [[usage:{"outputTokens":77}]]', "x-double-label": "mine" } },
  );

  expect(message.content).toEqual([{ type: "text", text: "as told", citations: null }]);
  expect(message.usage.output_tokens).toBe(77);
  expect(double.ledger().byLabel.get("mine")?.outputTokens).toBe(77);
});

test("structured output is answered by its schema", async () => {
  const schema = {
    type: "object",
    properties: { title: { type: "string" }, score: { type: "number" }, kind: { enum: ["a", "b"] } },
    required: ["title", "score", "kind"],
  };

  const message = await client.messages.create({
    model: "claude-sonnet-5-5",
    max_tokens: 1000,
    messages: [{ role: "user", content: "Name it" }],
    output_config: { format: { type: "json_schema", schema } },
  });

  expect(message.content[0]).toMatchObject({ type: "text", text: '{"title":"title","score":0,"kind":"a"}' });
});
