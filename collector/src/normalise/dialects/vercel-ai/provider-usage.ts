import type { KeyValues } from "../../../decode/otlp.ts";
import { readCount, readFirstCount, readText } from "../../attribute-bag.ts";
import { readJson } from "../../json-attribute.ts";

const PROVIDER_METADATA = "ai.response.providerMetadata";
const USAGE = "anthropic.usage.";

/** The parts of Anthropic's own usage object that the SDK's attributes have no word for. */
export interface ProviderUsage {
  /** Uncached input: Anthropic's own count never includes the cache. */
  readonly input: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  readonly cacheWrite5m: number | undefined;
  readonly cacheWrite1h: number | undefined;
  readonly webSearchRequests: number | undefined;
  readonly serviceTier: string | undefined;
  readonly speed: string | undefined;
  readonly inferenceGeo: string | undefined;
}

/**
 * Reads what the provider metadata tells of Anthropic's usage; undefined for other providers and for text that is no JSON.
 * Since AI SDK 5 it is `anthropic.usage`; version 4 has two counts of the cache under names of its own.
 */
export function readProviderUsage(attributes: KeyValues, notes: string[]): ProviderUsage | undefined {
  const metadata = readJson(attributes, PROVIDER_METADATA);
  if (![...metadata.keys()].some((name) => name.startsWith("anthropic."))) return undefined;
  return {
    input: readCount(metadata, `${USAGE}input_tokens`, notes),
    cacheRead: readFirstCount(metadata, [`${USAGE}cache_read_input_tokens`, "anthropic.cacheReadInputTokens"], notes),
    cacheWrite: readFirstCount(
      metadata,
      [`${USAGE}cache_creation_input_tokens`, "anthropic.cacheCreationInputTokens"],
      notes,
    ),
    cacheWrite5m: readCount(metadata, `${USAGE}cache_creation.ephemeral_5m_input_tokens`, notes),
    cacheWrite1h: readCount(metadata, `${USAGE}cache_creation.ephemeral_1h_input_tokens`, notes),
    webSearchRequests: readCount(metadata, `${USAGE}server_tool_use.web_search_requests`, notes),
    serviceTier: readText(metadata, `${USAGE}service_tier`),
    speed: readText(metadata, `${USAGE}speed`),
    inferenceGeo: readText(metadata, `${USAGE}inference_geo`),
  };
}
