import type { KeyValues } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";

const PROVIDER_METADATA = "ai.response.providerMetadata";

/** The parts of Anthropic's own usage object that the SDK's attributes have no word for. */
export interface ProviderUsage {
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  readonly cacheWrite5m: number | undefined;
  readonly cacheWrite1h: number | undefined;
  readonly webSearchRequests: number | undefined;
  readonly serviceTier: string | undefined;
  readonly speed: string | undefined;
  readonly inferenceGeo: string | undefined;
}

/** Reads `anthropic.usage` of the provider metadata; undefined for other providers and for text that is no JSON. */
export function readProviderUsage(attributes: KeyValues): ProviderUsage | undefined {
  const text = readText(attributes, PROVIDER_METADATA);
  if (text === undefined) return undefined;
  const usage = field(field(parse(text), "anthropic"), "usage");
  if (usage === undefined) return undefined;
  const written = field(usage, "cache_creation");
  return {
    cacheRead: count(field(usage, "cache_read_input_tokens")),
    cacheWrite: count(field(usage, "cache_creation_input_tokens")),
    cacheWrite5m: count(field(written, "ephemeral_5m_input_tokens")),
    cacheWrite1h: count(field(written, "ephemeral_1h_input_tokens")),
    webSearchRequests: count(field(field(usage, "server_tool_use"), "web_search_requests")),
    serviceTier: word(field(usage, "service_tier")),
    speed: word(field(usage, "speed")),
    inferenceGeo: word(field(usage, "inference_geo")),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function word(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
