/**
 * Claude's model ids. A reported id is reduced to its bare form and must then equal a known id or alias exactly:
 * `claude-sonnet-5-55` is not Sonnet 5, however it begins.
 */
import { PRICES } from "./prices.ts";

/** Names that stand for a model beside its canonical id. */
const ALIASES: readonly (readonly [alias: string, model: string])[] = [
  ["claude-opus-4", "claude-opus-4-0"],
  ["claude-opus-4-6-v1", "claude-opus-4-6"],
  ["claude-sonnet-4", "claude-sonnet-4-0"],
  ["claude-3-7-sonnet", "claude-sonnet-3-7"],
  ["claude-3-7-sonnet-latest", "claude-sonnet-3-7"],
  ["claude-3-5-sonnet", "claude-sonnet-3-5"],
  ["claude-3-5-sonnet-latest", "claude-sonnet-3-5"],
  ["claude-3-5-sonnet-v2", "claude-sonnet-3-5"],
  ["claude-3-5-haiku", "claude-haiku-3-5"],
  ["claude-3-5-haiku-latest", "claude-haiku-3-5"],
];

const KNOWN: ReadonlyMap<string, string> = new Map([
  ...PRICES.map((row): [string, string] => [row.model, row.model]),
  ...ALIASES,
]);

/** Bedrock's `us.anthropic.` (inference profile of a region) or `anthropic.`. */
const BEDROCK_PREFIX = /^(?:(?:us|eu|apac|global)\.)?anthropic\./;
/** Bedrock's `-v1:0`. */
const BEDROCK_VERSION = /-v\d+:\d+$/;
/** Vertex AI's `@20250929` or `@default`. */
const VERTEX_VERSION = /@(?:\d{8}|default)$/;
/** Anthropic's own snapshot date. */
const SNAPSHOT_DATE = /-\d{8}$/;
/** Claude Code's mark of the context of a million tokens, which costs the same. */
const LONG_CONTEXT_MARK = /\[1m\]$/;
/** The prefix by which gateways name the maker. */
const MAKER_PREFIX = /^anthropic\//;

/** The canonical id, or undefined when the model is not known. */
export function canonicalClaudeModel(reported: string): string | undefined {
  return KNOWN.get(reported) ?? KNOWN.get(bareId(reported));
}

/** The cloud whose id form this is; Anthropic's own API does not take such ids. */
export function cloudOfModelId(reported: string): "Amazon Bedrock" | "Vertex AI" | undefined {
  const id = withoutMarks(reported);
  if (BEDROCK_PREFIX.test(id) || BEDROCK_VERSION.test(id)) return "Amazon Bedrock";
  return VERTEX_VERSION.test(id) ? "Vertex AI" : undefined;
}

function bareId(reported: string): string {
  return withoutMarks(reported)
    .replace(BEDROCK_PREFIX, "")
    .replace(BEDROCK_VERSION, "")
    .replace(VERTEX_VERSION, "")
    .replace(SNAPSHOT_DATE, "");
}

function withoutMarks(reported: string): string {
  return reported.replace(LONG_CONTEXT_MARK, "").replace(MAKER_PREFIX, "");
}
