import type { MessageDeltaUsage, Usage } from "@anthropic-ai/sdk/resources/messages";

/** What one request is billed for, in disjoint buckets; thinking is a part of output. */
export interface Charge {
  readonly uncachedInputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly outputTokens: number;
  readonly thinkingTokens: number;
  readonly webSearchRequests: number;
  readonly serviceTier: "standard" | "priority" | "batch";
  readonly speed: "standard" | "fast";
  readonly inferenceGeo: string;
}

/** The charge of a request that was refused: nothing. */
export const NO_CHARGE: Charge = {
  uncachedInputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  thinkingTokens: 0,
  webSearchRequests: 0,
  serviceTier: "standard",
  speed: "standard",
  inferenceGeo: "global",
};

/** How usage is written: with the split of cache writes by lifetime, or as older models do, without. */
export interface UsageForm {
  readonly splitCacheWrites: boolean;
}

/** `usage` of a whole message. */
export function toUsage(charge: Charge, form: UsageForm): Usage {
  const written = charge.cacheWrite5mTokens + charge.cacheWrite1hTokens;
  return {
    input_tokens: charge.uncachedInputTokens,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: charge.cacheReadTokens,
    cache_creation: form.splitCacheWrites
      ? {
          ephemeral_5m_input_tokens: charge.cacheWrite5mTokens,
          ephemeral_1h_input_tokens: charge.cacheWrite1hTokens,
        }
      : null,
    output_tokens: charge.outputTokens,
    output_tokens_details: toDetails(charge),
    server_tool_use: toServerToolUse(charge),
    service_tier: charge.serviceTier,
    inference_geo: charge.inferenceGeo,
    speed: charge.speed,
  };
}

/** `usage` of `message_start`: the input is final, the output is the placeholder that the API sends. */
export function toStartUsage(charge: Charge, form: UsageForm): Usage {
  return { ...toUsage(charge, form), output_tokens: 1, output_tokens_details: null, server_tool_use: null };
}

/** `usage` of `message_delta`: cumulative figures that replace those of `message_start`. */
export function toDeltaUsage(charge: Charge): MessageDeltaUsage {
  return {
    input_tokens: charge.uncachedInputTokens,
    cache_creation_input_tokens: charge.cacheWrite5mTokens + charge.cacheWrite1hTokens,
    cache_read_input_tokens: charge.cacheReadTokens,
    output_tokens: charge.outputTokens,
    output_tokens_details: toDetails(charge),
    server_tool_use: toServerToolUse(charge),
  };
}

function toDetails(charge: Charge): Usage["output_tokens_details"] {
  return charge.thinkingTokens === 0 ? null : { thinking_tokens: charge.thinkingTokens };
}

function toServerToolUse(charge: Charge): Usage["server_tool_use"] {
  return charge.webSearchRequests === 0
    ? null
    : { web_search_requests: charge.webSearchRequests, web_fetch_requests: 0 };
}
