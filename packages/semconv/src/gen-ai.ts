/**
 * Names of the OpenTelemetry GenAI conventions that we write or read.
 * Source: open-telemetry/semantic-conventions-genai, docs/gen-ai (main, November 2026).
 * Where a name changed generation, ours is the newest; the older one carries `LEGACY` and is only read.
 */

/** Schema URL on everything that the SDK writes. */
export const GEN_AI_SCHEMA_URL = "https://opentelemetry.io/schemas/gen-ai/1.42.0";

/** What is done: one of `OPERATIONS` (string). */
export const ATTR_GEN_AI_OPERATION_NAME = "gen_ai.operation.name";
/** Who is asked (string), `anthropic` for Claude. */
export const ATTR_GEN_AI_PROVIDER_NAME = "gen_ai.provider.name";
/** Older name of the provider (string). */
export const ATTR_LEGACY_GEN_AI_SYSTEM = "gen_ai.system";
/** Conversation or thread (string). Never invented. */
export const ATTR_GEN_AI_CONVERSATION_ID = "gen_ai.conversation.id";

/** Name of the workflow (string). */
export const ATTR_GEN_AI_WORKFLOW_NAME = "gen_ai.workflow.name";
/** Name of the agent (string). */
export const ATTR_GEN_AI_AGENT_NAME = "gen_ai.agent.name";
/** Stable identity of the agent (string). */
export const ATTR_GEN_AI_AGENT_ID = "gen_ai.agent.id";
/** Version of the agent (string). */
export const ATTR_GEN_AI_AGENT_VERSION = "gen_ai.agent.version";

/** Name of the tool (string). */
export const ATTR_GEN_AI_TOOL_NAME = "gen_ai.tool.name";
/** Identity of one tool call (string). */
export const ATTR_GEN_AI_TOOL_CALL_ID = "gen_ai.tool.call.id";
/** `function`, `extension` or `datastore` (string). */
export const ATTR_GEN_AI_TOOL_TYPE = "gen_ai.tool.type";

/** Model asked for (string). */
export const ATTR_GEN_AI_REQUEST_MODEL = "gen_ai.request.model";
/** Model that answered (string). */
export const ATTR_GEN_AI_RESPONSE_MODEL = "gen_ai.response.model";
/** Identity of the answer (string). */
export const ATTR_GEN_AI_RESPONSE_ID = "gen_ai.response.id";
/** Why the model stopped (string[]). */
export const ATTR_GEN_AI_RESPONSE_FINISH_REASONS = "gen_ai.response.finish_reasons";
/** Time to the first chunk (double, seconds). */
export const ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk";

/** Input tokens, cache reads and writes included (int). */
export const ATTR_GEN_AI_USAGE_INPUT_TOKENS = "gen_ai.usage.input_tokens";
/** Output tokens, reasoning included (int). */
export const ATTR_GEN_AI_USAGE_OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
/** Input tokens read from the cache (int, part of the input). */
export const ATTR_GEN_AI_USAGE_CACHE_READ = "gen_ai.usage.cache_read.input_tokens";
/** Input tokens written to the cache (int, part of the input). */
export const ATTR_GEN_AI_USAGE_CACHE_WRITE = "gen_ai.usage.cache_write.input_tokens";
/** Older name of the cache writes (int). */
export const ATTR_LEGACY_GEN_AI_USAGE_CACHE_CREATION = "gen_ai.usage.cache_creation.input_tokens";
/** Output tokens spent on reasoning (int, part of the output). */
export const ATTR_GEN_AI_USAGE_REASONING = "gen_ai.usage.reasoning.output_tokens";
/** Older name of the input tokens (int). */
export const ATTR_LEGACY_GEN_AI_USAGE_PROMPT_TOKENS = "gen_ai.usage.prompt_tokens";
/** Older name of the output tokens (int). */
export const ATTR_LEGACY_GEN_AI_USAGE_COMPLETION_TOKENS = "gen_ai.usage.completion_tokens";
