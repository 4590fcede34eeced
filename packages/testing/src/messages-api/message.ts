import type { ContentBlock, Message, MessageCreateParams, StopReason } from "@anthropic-ai/sdk/resources/messages";
import type { IdSource } from "./ids.ts";
import { countTokens, type InputTokens } from "./prompt-cache.ts";
import type { MessageReply, ReplyBlock } from "./reply.ts";
import { toUsage, type Charge } from "./usage.ts";

/** A message that is ready to be sent, and what it is billed. */
export interface ComposedMessage {
  readonly message: Message;
  readonly charge: Charge;
}

/** Turns a reply into the message of the API. */
export function composeMessage(
  reply: MessageReply,
  request: { readonly body: MessageCreateParams; readonly input: InputTokens; readonly model: string },
  ids: IdSource,
): ComposedMessage {
  const id = ids.next("msg");
  const limited = limitOutput(reply.content, request.body.max_tokens);
  const content = limited.content.flatMap((block) => toContentBlocks(block, ids));
  const charge: Charge = {
    ...request.input,
    outputTokens: limited.outputTokens,
    thinkingTokens: limited.thinkingTokens,
    webSearchRequests: limited.content.filter((block) => block.type === "web_search").length,
    serviceTier: "standard",
    speed: request.body.speed ?? "standard",
    inferenceGeo: request.body.inference_geo ?? "global",
    ...reply.usage,
  };
  const message: Message = {
    id,
    type: "message",
    role: "assistant",
    model: request.model,
    content,
    container: null,
    diagnostics: null,
    stop_reason: reply.stopReason ?? (limited.cutShort ? "max_tokens" : stopReasonOf(limited.content)),
    stop_sequence: reply.stopSequence ?? null,
    stop_details: reply.stopDetails ?? null,
    usage: toUsage(charge, { splitCacheWrites: reply.splitCacheWrites ?? true }),
  };
  return { message, charge };
}

function stopReasonOf(content: readonly ReplyBlock[]): StopReason {
  return content.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn";
}

interface LimitedOutput {
  readonly content: readonly ReplyBlock[];
  readonly outputTokens: number;
  readonly thinkingTokens: number;
  readonly cutShort: boolean;
}

/** Every block costs its text and a little for its frame; text stops at `max_tokens`, as the API's does. */
function limitOutput(content: readonly ReplyBlock[], maxTokens: number): LimitedOutput {
  const FRAME_TOKENS = 3;
  const kept: ReplyBlock[] = [];
  let outputTokens = 0;
  let thinkingTokens = 0;
  for (const block of content) {
    const cost = countTokens(outputText(block)) + FRAME_TOKENS;
    const left = maxTokens - outputTokens;
    if (cost > left && block.type === "text") {
      const text = block.text.slice(0, Math.max(0, left - FRAME_TOKENS) * 4);
      return { content: [...kept, { ...block, text }], outputTokens: maxTokens, thinkingTokens, cutShort: true };
    }
    kept.push(block);
    outputTokens += cost;
    if (block.type === "thinking") thinkingTokens += cost;
  }
  return { content: kept, outputTokens: Math.max(1, outputTokens), thinkingTokens, cutShort: false };
}

function outputText(block: ReplyBlock): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "thinking":
      return block.thinking;
    case "tool_use":
      return block.name + JSON.stringify(block.input);
    default:
      return block.query;
  }
}

function toContentBlocks(block: ReplyBlock, ids: IdSource): readonly ContentBlock[] {
  switch (block.type) {
    case "text":
      return [{ type: "text", text: block.text, citations: null }];
    case "thinking":
      return [{ type: "thinking", thinking: block.thinking, signature: signatureOf(block.thinking) }];
    case "tool_use": {
      const id = block.id ?? ids.next("toolu");
      return [{ type: "tool_use", id, name: block.name, input: block.input, caller: { type: "direct" } }];
    }
    default: {
      const id = ids.next("srvtoolu");
      const caller = { type: "direct" } as const;
      const found = {
        type: "web_search_result",
        title: `About ${block.query}`,
        url: "https://example.com/",
        encrypted_content: signatureOf(block.query),
        page_age: null,
      } as const;
      return [
        { type: "server_tool_use", id, name: "web_search", input: { query: block.query }, caller },
        { type: "web_search_tool_result", tool_use_id: id, content: [found], caller },
      ];
    }
  }
}

/** Opaque to clients, who send it back as it came. */
function signatureOf(text: string): string {
  return Buffer.from(`double:${text.length}`).toString("base64");
}
