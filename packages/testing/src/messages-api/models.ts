import type { ModelInfo } from "@anthropic-ai/sdk/resources/models";
import { answeringModel, SERVED_MODELS } from "./price-table.ts";

/** The models that the double serves, as `GET /v1/models` lists them. */
export function listModels(): readonly ModelInfo[] {
  return SERVED_MODELS.map((model) => {
    const line = model.split("-")[1];
    return {
      type: "model",
      id: answeringModel(model),
      display_name: model.replace(/^claude-/, "Claude ").replaceAll("-", " "),
      created_at: "2026-01-01T00:00:00Z",
      capabilities: null,
      deprecated_at: null,
      retires_at: null,
      lifecycle: "active",
      line: isLine(line) ? line : null,
      max_input_tokens: 200_000,
      max_tokens: 64_000,
    };
  });
}

function isLine(text: string | undefined): text is NonNullable<ModelInfo["line"]> {
  return text !== undefined && ["haiku", "sonnet", "opus", "fable", "mythos"].includes(text);
}
