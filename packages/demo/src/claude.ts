import type Anthropic from "@anthropic-ai/sdk";
import { tool } from "@phasewise/sdk";
import { ROLES, RULES, type Role } from "./prompts.ts";

/** How the agent talks to Claude. */
export interface Claude {
  readonly client: Anthropic;
  /** `careful` thinks and writes code, `quick` sums up. */
  readonly models: { readonly careful: string; readonly quick: string };
  /** Tells the person who watches what goes on. */
  say(message: string): void;
}

/** One question to a role. */
export interface Question {
  readonly role: Role;
  readonly model: string;
  readonly prompt: string;
  readonly maxTokens?: number;
  readonly thinkingTokens?: number;
}

/** A tool of the agent: what Claude is told of it, and what it does. */
export interface AgentTool {
  readonly definition: Anthropic.Tool;
  run(input: unknown): Promise<string> | string;
}

const MAX_TURNS = 6;

/** Asks and waits for the whole answer. */
export async function ask(claude: Claude, question: Question): Promise<string> {
  claude.say(`${question.role} asks ${question.model}`);
  return textOf(await claude.client.messages.create(toParameters(question)));
}

/** Asks and counts the words as they come. */
export async function askStreaming(claude: Claude, question: Question): Promise<string> {
  claude.say(`${question.role} asks ${question.model}, streaming`);
  const stream = claude.client.messages.stream(toParameters(question));
  let words = 0;
  stream.on("text", (delta) => {
    words += delta.split(/\s+/).length;
  });
  const message = await stream.finalMessage();
  claude.say(`${question.role} has an answer of some ${words} words`);
  return textOf(message);
}

/** Asks, runs the tools that Claude calls, and goes on until it calls none, for six answers at most. */
export async function askWithTools(claude: Claude, question: Question, tools: readonly AgentTool[]): Promise<string> {
  const messages: Anthropic.MessageParam[] = [{ role: "user", content: question.prompt }];
  for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
    claude.say(`${question.role} asks ${question.model}`);
    const message = await claude.client.messages.create({
      ...toParameters(question),
      tools: tools.map((candidate) => candidate.definition),
      messages,
    });
    const calls = message.content.filter((block) => block.type === "tool_use");
    if (calls.length === 0) return textOf(message);
    const results = await Promise.all(calls.map((call) => runTool(claude, tools, call)));
    messages.push({ role: "assistant", content: message.content }, { role: "user", content: results });
  }
  throw new Error(`${question.role} was still calling tools after ${MAX_TURNS} answers`);
}

async function runTool(
  claude: Claude,
  tools: readonly AgentTool[],
  call: Anthropic.ToolUseBlock,
): Promise<Anthropic.ToolResultBlockParam> {
  claude.say(`tool ${call.name}`);
  try {
    const content = await tool({ name: call.name, callId: call.id }, () => {
      const found = tools.find((candidate) => candidate.definition.name === call.name);
      if (found === undefined) throw new Error(`there is no tool "${call.name}"`);
      return found.run(call.input);
    });
    return { type: "tool_result", tool_use_id: call.id, content };
  } catch (failure) {
    return { type: "tool_result", tool_use_id: call.id, content: String(failure), is_error: true };
  }
}

function toParameters(question: Question): Anthropic.MessageCreateParamsNonStreaming {
  const { thinkingTokens } = question;
  return {
    model: question.model,
    max_tokens: (question.maxTokens ?? 400) + (thinkingTokens ?? 0),
    system: [
      { type: "text", text: RULES, cache_control: { type: "ephemeral", ttl: "1h" } },
      { type: "text", text: ROLES[question.role], cache_control: { type: "ephemeral" } },
    ],
    messages: [{ role: "user", content: question.prompt }],
    ...(thinkingTokens === undefined ? {} : { thinking: { type: "enabled" as const, budget_tokens: thinkingTokens } }),
  };
}

function textOf(message: Anthropic.Message): string {
  return message.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}
