import type { ContentBlock, Message, RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { toDeltaUsage, toStartUsage, type Charge } from "./usage.ts";

/** An event on the wire: those of the SDK's types, and the two that the SDK keeps to itself. */
export type WireEvent =
  | RawMessageStreamEvent
  | { readonly type: "ping" }
  | { readonly type: "error"; readonly error: { readonly type: string; readonly message: string } };

const CHUNK_LENGTH = 24;

/** All events of a streamed message, in their order. */
export function toStreamEvents(
  message: Message,
  charge: Charge,
  form: { readonly splitCacheWrites: boolean },
): readonly WireEvent[] {
  const started: Message = { ...message, content: [], stop_reason: null, stop_sequence: null, stop_details: null };
  return [
    { type: "message_start", message: { ...started, usage: toStartUsage(charge, form) } },
    { type: "ping" },
    ...message.content.flatMap((block, index) => toBlockEvents(block, index)),
    {
      type: "message_delta",
      delta: {
        container: null,
        stop_reason: message.stop_reason,
        stop_sequence: message.stop_sequence,
        stop_details: message.stop_details,
      },
      usage: toDeltaUsage(charge),
    },
    { type: "message_stop" },
  ];
}

function toBlockEvents(block: ContentBlock, index: number): readonly WireEvent[] {
  const delta = (value: Extract<RawMessageStreamEvent, { type: "content_block_delta" }>["delta"]): WireEvent => ({
    type: "content_block_delta",
    index,
    delta: value,
  });
  const start = (empty: ContentBlock): WireEvent => ({
    type: "content_block_start",
    index,
    content_block: empty,
  });
  const stop: WireEvent = { type: "content_block_stop", index };
  switch (block.type) {
    case "text":
      return [
        start({ ...block, text: "" }),
        ...chunks(block.text).map((text) => delta({ type: "text_delta", text })),
        stop,
      ];
    case "thinking":
      return [
        start({ ...block, thinking: "", signature: "" }),
        ...chunks(block.thinking).map((thinking) => delta({ type: "thinking_delta", thinking })),
        delta({ type: "signature_delta", signature: block.signature }),
        stop,
      ];
    case "tool_use":
    case "server_tool_use":
      return [
        start({ ...block, input: {} }),
        ...["", ...chunks(JSON.stringify(block.input))].map((part) =>
          delta({ type: "input_json_delta", partial_json: part }),
        ),
        stop,
      ];
    default:
      return [start(block), stop];
  }
}

function chunks(text: string): readonly string[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length; from += CHUNK_LENGTH) parts.push(text.slice(from, from + CHUNK_LENGTH));
  return parts;
}

/** One event as a frame of `text/event-stream`. */
export function toFrame(event: WireEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Output tokens that had been streamed when only the first so many events were sent: what a broken answer is billed. */
export function streamedOutputTokens(events: readonly WireEvent[], sent: number, charge: Charge): number {
  if (sent >= events.length - 1) return charge.outputTokens;
  const isDelta = (event: WireEvent): boolean => event.type === "content_block_delta";
  const all = events.filter(isDelta).length;
  const done = events.slice(0, sent).filter(isDelta).length;
  return all === 0 ? 0 : Math.floor((charge.outputTokens * done) / all);
}
