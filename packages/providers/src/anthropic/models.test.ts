import { describe, expect, it } from "vitest";
import { canonicalClaudeModel, cloudOfModelId } from "./models.ts";

describe("canonical Claude models", () => {
  it.each([
    ["claude-opus-5-5", "claude-opus-5-5"],
    ["claude-opus-5-5[1m]", "claude-opus-5-5"],
    ["anthropic/claude-opus-5-5", "claude-opus-5-5"],
    ["claude-sonnet-4-5-20250929", "claude-sonnet-4-5"],
    ["claude-sonnet-4-5-20250929[1m]", "claude-sonnet-4-5"],
    ["claude-haiku-4-5-20251001", "claude-haiku-4-5"],
    ["claude-sonnet-4-20250514", "claude-sonnet-4-0"],
    ["claude-opus-4-20250514", "claude-opus-4-0"],
    ["claude-opus-4-1-20250805", "claude-opus-4-1"],
    ["claude-3-7-sonnet-20250219", "claude-sonnet-3-7"],
    ["claude-3-5-sonnet-20241022", "claude-sonnet-3-5"],
    ["claude-3-5-sonnet-latest", "claude-sonnet-3-5"],
    ["claude-3-5-haiku-20241022", "claude-haiku-3-5"],
    ["claude-3-haiku-20240307", "claude-3-haiku"],
    ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"],
    ["eu.anthropic.claude-opus-5-5", "claude-opus-5-5"],
    ["apac.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-0"],
    ["global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"],
    ["anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-sonnet-3-5"],
    ["claude-3-5-sonnet-v2@20241022", "claude-sonnet-3-5"],
    ["claude-opus-4-1@20250805", "claude-opus-4-1"],
    ["claude-opus-5-5@default", "claude-opus-5-5"],
  ])("%s is %s", (reported, model) => {
    expect(canonicalClaudeModel(reported)).toBe(model);
  });

  it.each([
    "claude-sonnet-5-55",
    "claude-sonnet-5-5-turbo",
    "claude-sonnet-5-5-2026",
    "claude-sonnet",
    "claude-opus-6",
    "my-claude-opus-5-5",
    "us.claude-opus-5-5",
    "Claude-Opus-5-5",
    "claude-opus-5-5-v2",
    "claude-opus-5-5@latest",
    "",
    "-20250929",
    "toString",
  ])("%j is unknown, whatever it resembles", (reported) => {
    expect(canonicalClaudeModel(reported)).toBeUndefined();
  });

  it("tells the id forms of the clouds from Anthropic's own", () => {
    expect(cloudOfModelId("us.anthropic.claude-opus-5-5")).toBe("Amazon Bedrock");
    expect(cloudOfModelId("anthropic/anthropic.claude-opus-5-5")).toBe("Amazon Bedrock");
    expect(cloudOfModelId("claude-sonnet-4-5-20250929-v1:0")).toBe("Amazon Bedrock");
    expect(cloudOfModelId("claude-sonnet-4-5@20250929")).toBe("Vertex AI");
    expect(cloudOfModelId("claude-sonnet-4-5-20250929[1m]")).toBeUndefined();
    expect(cloudOfModelId("anthropic/claude-sonnet-4-5")).toBeUndefined();
  });
});
