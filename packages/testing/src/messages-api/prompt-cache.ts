import { createHash } from "node:crypto";
import type { MessageCreateParams } from "@anthropic-ai/sdk/resources/messages";

/** The input side of a charge. */
export interface InputTokens {
  readonly uncachedInputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
}

/** Remembers which prompt prefixes were written, so that the same sequence of requests gets the same usage. */
export interface PromptCache {
  /** Splits the input of a request into buckets, and remembers what it writes. */
  read(served: string, body: PromptParts): InputTokens;
}

/** The parts of a request that make its prompt. */
export type PromptParts = Pick<MessageCreateParams, "tools" | "system" | "messages" | "cache_control">;

/** What the frame around a prompt counts. It is never cached, so no request is free of uncached input. */
const FRAME_TOKENS = 3;

/** Shorter prefixes are not cached. The API's own limit is higher and differs by model. */
const MIN_CACHEABLE_TOKENS = 64;

type Lifetime = "5m" | "1h";

interface Block {
  readonly tokens: number;
  readonly text: string;
  readonly lifetime: Lifetime | undefined;
}

/** How many tokens a text counts: one for every four characters begun. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** All input tokens of a request, cached or not. */
export function countInputTokens(body: PromptParts): number {
  return readBlocks(body).reduce((sum, block) => sum + block.tokens, FRAME_TOKENS);
}

/** An empty cache. Entries do not expire. */
export function openPromptCache(): PromptCache {
  const known = new Set<string>();
  return {
    read(served, body) {
      const blocks = readBlocks(body);
      const total = blocks.reduce((sum, block) => sum + block.tokens, FRAME_TOKENS);
      const lastBreakpoint = blocks.findLastIndex((block) => block.lifetime !== undefined);
      const prefixes = hashPrefixes(served, blocks.slice(0, lastBreakpoint + 1));
      const cachedTokens = prefixes.at(-1)?.end ?? 0;
      if (cachedTokens < MIN_CACHEABLE_TOKENS) {
        return { uncachedInputTokens: total, cacheReadTokens: 0, cacheWrite5mTokens: 0, cacheWrite1hTokens: 0 };
      }

      const read = prefixes.findLast((prefix) => known.has(prefix.hash))?.end ?? 0;
      const written = { "5m": 0, "1h": 0 };
      let from = read;
      for (const [index, prefix] of prefixes.entries()) {
        const lifetime = blocks[index]?.lifetime;
        if (lifetime === undefined || prefix.end <= from) continue;
        written[lifetime] += prefix.end - from;
        from = prefix.end;
        known.add(prefix.hash);
      }
      return {
        uncachedInputTokens: total - cachedTokens,
        cacheReadTokens: read,
        cacheWrite5mTokens: written["5m"],
        cacheWrite1hTokens: written["1h"],
      };
    },
  };
}

interface Prefix {
  readonly hash: string;
  /** Tokens from the start of the prompt to the end of the prefix. */
  readonly end: number;
}

function hashPrefixes(served: string, blocks: readonly Block[]): readonly Prefix[] {
  let hash = served;
  let end = 0;
  return blocks.map((block) => {
    hash = createHash("sha256").update(hash).update("\0").update(block.text).digest("hex");
    end += block.tokens;
    return { hash, end };
  });
}

/** The prompt in the order that the API caches it: tools, system, messages. */
function readBlocks(body: PromptParts): readonly Block[] {
  const blocks: Block[] = [];
  for (const tool of body.tools ?? []) blocks.push(toBlock("tool", tool));
  for (const part of typeof body.system === "string" ? [body.system] : (body.system ?? [])) {
    blocks.push(toBlock("system", part));
  }
  for (const message of body.messages) {
    const parts = typeof message.content === "string" ? [message.content] : message.content;
    for (const part of parts) blocks.push(toBlock(message.role, part));
  }
  const last = blocks.at(-1);
  if (last !== undefined && body.cache_control) {
    blocks[blocks.length - 1] = { ...last, lifetime: body.cache_control.ttl ?? "5m" };
  }
  return blocks;
}

function toBlock(role: string, part: unknown): Block {
  if (typeof part !== "object" || part === null) {
    const text = String(part);
    return { tokens: countTokens(text), text: `${role} ${text}`, lifetime: undefined };
  }
  const { cache_control: control, ...content } = part as { readonly cache_control?: unknown };
  const plain = content as { readonly type?: unknown; readonly text?: unknown };
  // A text block and the same text as a string are the same prompt.
  const text = plain.type === "text" && typeof plain.text === "string" ? plain.text : JSON.stringify(content);
  return { tokens: countTokens(text), text: `${role} ${text}`, lifetime: readLifetime(control) };
}

function readLifetime(control: unknown): Lifetime | undefined {
  if (typeof control !== "object" || control === null) return undefined;
  return (control as { readonly ttl?: unknown }).ttl === "1h" ? "1h" : "5m";
}
