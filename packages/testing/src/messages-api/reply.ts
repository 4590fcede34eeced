import type { RefusalStopDetails, StopReason } from "@anthropic-ai/sdk/resources/messages";
import type { MessagesRequest } from "./request.ts";
import type { Charge } from "./usage.ts";

/** One block of an answer. Ids and signatures are added when it is sent. */
export type ReplyBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly thinking: string }
  | { readonly type: "tool_use"; readonly name: string; readonly input: unknown; readonly id?: string }
  | { readonly type: "web_search"; readonly query: string };

/** How a stream ends early, after so many events. */
interface EarlyEnd {
  readonly afterEvents: number;
  /** `cut`: the connection breaks. `close`: it ends cleanly, too soon. `hang`: nothing more comes. */
  readonly how: "cut" | "close" | "hang" | "error";
  /** Type of the `error` event, e.g. `overloaded_error`. */
  readonly errorType?: ErrorType;
}

/** An answer with a message. */
export interface MessageReply {
  readonly kind: "message";
  readonly content: readonly ReplyBlock[];
  /** Chosen from the content when absent. */
  readonly stopReason?: StopReason;
  readonly stopSequence?: string;
  readonly stopDetails?: RefusalStopDetails;
  /** Replaces what would be computed from the request, figure by figure. */
  readonly usage?: Partial<Charge>;
  /** False leaves out the split of cache writes by lifetime. */
  readonly splitCacheWrites?: boolean;
  /** Milliseconds before the first byte. */
  readonly firstByteMs?: number;
  /** Milliseconds before each further stream event. */
  readonly eventMs?: number;
  readonly earlyEnd?: EarlyEnd;
}

/** An answer that is an error. */
export interface ErrorReply {
  readonly kind: "error";
  readonly status: number;
  readonly errorType: ErrorType;
  readonly message: string;
  /** Written as `retry-after`, in seconds. */
  readonly retryAfterSeconds?: number;
}

/** No answer: the connection stays open, silent. */
export interface HangReply {
  readonly kind: "hang";
}

/** What the double does with one request. */
export type Reply = MessageReply | ErrorReply | HangReply;

/** Chooses the reply; `index` counts the requests for messages from 0. */
export type Script = (request: MessagesRequest, index: number) => Reply | Promise<Reply>;

/** The `type` of an API error. */
export type ErrorType =
  | "invalid_request_error"
  | "authentication_error"
  | "billing_error"
  | "permission_error"
  | "not_found_error"
  | "request_too_large"
  | "rate_limit_error"
  | "timeout_error"
  | "api_error"
  | "overloaded_error";

const ERROR_TYPES: Readonly<Record<number, ErrorType>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

/** The error type that the API gives with a status. */
export function errorTypeOf(status: number): ErrorType {
  return ERROR_TYPES[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
}

/** A text answer. */
export function text(content: string, options: Partial<MessageReply> = {}): MessageReply {
  return { ...options, kind: "message", content: [{ type: "text", text: content }] };
}

/** An answer that calls a tool, after an optional sentence. */
export function toolUse(name: string, input: unknown, sentence?: string): MessageReply {
  const call = { type: "tool_use", name, input } as const;
  return { kind: "message", content: sentence === undefined ? [call] : [{ type: "text", text: sentence }, call] };
}

/** An answer that asks for a web search by the API itself, then says what was found. */
export function webSearch(query: string, answer: string): MessageReply {
  return {
    kind: "message",
    content: [
      { type: "web_search", query },
      { type: "text", text: answer },
    ],
  };
}

/** The same answer, with all blocks of both: parallel tool calls, for instance. */
export function together(first: MessageReply, second: MessageReply): MessageReply {
  return { ...first, ...second, content: [...first.content, ...second.content] };
}

/** The same answer after thinking. */
export function thinking(thought: string, reply: MessageReply): MessageReply {
  return { ...reply, content: [{ type: "thinking", thinking: thought }, ...reply.content] };
}

/** A refusal, as classifiers give it. */
export function refusal(category: RefusalStopDetails["category"], explanation: string): MessageReply {
  return {
    kind: "message",
    content: [],
    stopReason: "refusal",
    stopDetails: { type: "refusal", category, explanation },
  };
}

/** An error answer in the API's shape. */
export function error(status: number, options: { message?: string; retryAfterSeconds?: number } = {}): ErrorReply {
  const errorType = errorTypeOf(status);
  const message = options.message ?? `The double answers ${status} (${errorType}), as it was asked to.`;
  const reply: ErrorReply = { kind: "error", status, errorType, message };
  return options.retryAfterSeconds === undefined ? reply : { ...reply, retryAfterSeconds: options.retryAfterSeconds };
}

/** The same answer, late: so long before the first byte, and before each stream event. */
export function slow(reply: MessageReply, delays: { firstByteMs?: number; eventMs?: number }): MessageReply {
  return { ...reply, ...delays };
}

/** The same answer with other usage. */
export function withUsage(reply: MessageReply, usage: Partial<Charge>): MessageReply {
  return { ...reply, usage: { ...reply.usage, ...usage } };
}

/** The same answer, whose connection breaks after so many stream events (a JSON answer breaks in the middle). */
export function cut(reply: MessageReply, afterEvents: number = 3): MessageReply {
  return { ...reply, earlyEnd: { how: "cut", afterEvents } };
}

/** The same answer, whose stream ends cleanly but too soon. */
export function closeEarly(reply: MessageReply, afterEvents: number = 3): MessageReply {
  return { ...reply, earlyEnd: { how: "close", afterEvents } };
}

/** The same answer, with an `error` event in the middle of its stream. */
export function midStreamError(
  reply: MessageReply,
  errorType: ErrorType = "overloaded_error",
  afterEvents: number = 3,
): MessageReply {
  return { ...reply, earlyEnd: { how: "error", errorType, afterEvents } };
}

/** No answer at all; or, with a reply, silence after so many of its stream events. */
export function hang(): HangReply;
export function hang(reply: MessageReply, afterEvents?: number): MessageReply;
export function hang(reply?: MessageReply, afterEvents: number = 3): Reply {
  return reply === undefined ? { kind: "hang" } : { ...reply, earlyEnd: { how: "hang", afterEvents } };
}

/** Fails the first so many requests, then goes on with the script. */
export function failThen(times: number, failure: ErrorReply, script: Script): Script {
  let left = times;
  return (request, index) => {
    if (left === 0) return script(request, index);
    left -= 1;
    return failure;
  };
}

/** Answers with the replies in turn; the last one stays. */
export function inTurn(first: Reply, ...others: readonly Reply[]): Script {
  const waiting = [...others];
  let current: Reply | undefined;
  return () => {
    current = current === undefined ? first : (waiting.shift() ?? current);
    return current;
  };
}
