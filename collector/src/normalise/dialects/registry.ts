/** All dialects, in order: the first one that recognises an item reads it. The last one recognises everything. */
import type { LogRecord, Span } from "../../decode/otlp.ts";
import type { LogReading } from "../records.ts";
import { anthropicSdk } from "./anthropic-sdk/index.ts";
import { claudeCode } from "./claude-code/index.ts";
import { claudePlatform } from "./claude-platform/index.ts";
import type { Dialect, ReadContext } from "./dialect.ts";
import { laminar } from "./laminar/index.ts";
import { langfuse } from "./langfuse/index.ts";
import { langSmith } from "./langsmith/index.ts";
import { mastra } from "./mastra/index.ts";
import { mcp } from "./mcp/index.ts";
import { openInference } from "./openinference/index.ts";
import { otelGenAi } from "./otel-genai/index.ts";
import { phasewise } from "./phasewise/index.ts";
import { pydanticAi } from "./pydantic-ai/index.ts";
import { traceloop } from "./traceloop/index.ts";
import { unknown } from "./unknown/index.ts";
import { vercelAi } from "./vercel-ai/index.ts";

/**
 * The ordered list: one line a dialect. First what may look like anything (pending spans), then those that know the writer
 * by its scope, then those that know it by names of their own, then the conventions that many writers share.
 */
export const DIALECTS: readonly Dialect[] = [
  pydanticAi,
  claudeCode,
  claudePlatform,
  anthropicSdk,
  phasewise,
  langfuse,
  openInference,
  vercelAi,
  mastra,
  langSmith,
  laminar,
  traceloop,
  mcp,
  otelGenAi,
  unknown,
];

/** The dialect that reads a span. */
export function dialectOfSpan(span: Span, context: ReadContext): Dialect {
  for (const dialect of DIALECTS) {
    if (dialect.recognisesSpan(span, context)) return dialect;
  }
  return unknown;
}

/** Reads a log record with the dialect that recognises it. */
export function readLog(log: LogRecord, context: ReadContext): LogReading {
  for (const dialect of DIALECTS) {
    if (dialect.readLog !== undefined && dialect.recognisesLog?.(log, context) === true) {
      return { dialect: dialect.id, ...dialect.readLog(log, context) };
    }
  }
  return { dialect: unknown.id, ...unknown.readLog(log, context) };
}
