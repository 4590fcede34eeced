/** Which providers of telemetry are priced by the package, and what it calls them. */

/**
 * By name of `gen_ai.provider.name` and `gen_ai.system`. Stated here because the package itself takes a provider by parts
 * of its name, and would bill Azure as OpenAI.
 */
export const PACKAGE_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["openai", "openai"],
  ["azure.ai.openai", "azure"],
  ["azure.ai.inference", "azure"],
  ["az.ai.openai", "azure"],
  ["az.ai.inference", "azure"],
  ["aws.bedrock", "aws"],
  ["gcp.gemini", "google"],
  ["gcp.gen_ai", "google"],
  ["gcp.vertex_ai", "google"],
  ["gemini", "google"],
  ["vertex_ai", "google"],
  ["cohere", "cohere"],
  ["deepseek", "deepseek"],
  ["groq", "groq"],
  ["mistral_ai", "mistral"],
  ["perplexity", "perplexity"],
  ["x_ai", "x-ai"],
  ["xai", "x-ai"],
]);
