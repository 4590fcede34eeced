import type { ContentBlockParam, MessageCreateParams, MessageParam } from "@anthropic-ai/sdk/resources/messages";

/** One request for a message, as a script sees it. */
export interface MessagesRequest {
  readonly body: MessageCreateParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Value of the `x-double-label` header, to sum the ledger by. */
  readonly label: string | undefined;
}

/** What is wrong with a body, in the API's words, or the parsed body. */
export type ParsedBody = { readonly body: MessageCreateParams } | { readonly problem: string };

/** Checks what the API checks first. `max_tokens` is not asked for when only tokens are counted. */
export function parseBody(bytes: Buffer, options: { readonly needsMaxTokens: boolean }): ParsedBody {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    return { problem: "The request body is not valid JSON." };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problem: "Input should be an object." };
  }
  const fields = value as Readonly<Record<string, unknown>>;
  if (typeof fields["model"] !== "string") return { problem: "model: Field required" };
  if (options.needsMaxTokens) {
    if (fields["max_tokens"] === undefined) return { problem: "max_tokens: Field required" };
    if (!Number.isInteger(fields["max_tokens"]) || Number(fields["max_tokens"]) < 1) {
      return { problem: "max_tokens: Input should be greater than or equal to 1" };
    }
  }
  const messages = fields["messages"];
  if (!Array.isArray(messages)) return { problem: "messages: Field required" };
  if (messages.length === 0) return { problem: "messages: at least one message is required" };
  for (const [index, message] of messages.entries()) {
    const problem = findMessageProblem(message);
    if (problem !== undefined) return { problem: `messages.${index}.${problem}` };
  }
  return { body: value as MessageCreateParams };
}

function findMessageProblem(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null) return "role: Field required";
  const { role, content } = message as { readonly role?: unknown; readonly content?: unknown };
  if (role !== "user" && role !== "assistant" && role !== "system") {
    return "role: Input should be 'user', 'assistant' or 'system'";
  }
  if (typeof content !== "string" && !Array.isArray(content)) return "content: Field required";
  return undefined;
}

/** The blocks of a message, a plain string as one text block. */
function blocksOf(message: MessageParam): readonly ContentBlockParam[] {
  return typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
}

/** The text that a message says itself, tool results left out. */
export function textOf(message: MessageParam): string {
  return blocksOf(message)
    .flatMap((block) => (block.type === "text" ? [block.text] : []))
    .join("\n");
}

/** The names of the tools that the request offers. */
export function toolNames(body: MessageCreateParams): readonly string[] {
  return (body.tools ?? []).flatMap((tool) => ("name" in tool && typeof tool.name === "string" ? [tool.name] : []));
}

/** The text of the last user message that says something itself. */
export function lastUserText(body: MessageCreateParams): string {
  const message = body.messages.findLast((candidate) => candidate.role === "user" && textOf(candidate) !== "");
  return message === undefined ? "" : textOf(message);
}
