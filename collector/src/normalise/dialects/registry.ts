/** All dialects, in order: the first one that recognises an item reads it. The last one recognises everything. */
import type { LogRecord, Span } from "../../decode/otlp.ts";
import type { LogReading } from "../records.ts";
import { anthropicSdk } from "./anthropic-sdk/index.ts";
import { claudeCode } from "./claude-code/index.ts";
import { claudePlatform } from "./claude-platform/index.ts";
import type { Dialect, ReadContext } from "./dialect.ts";
import { openInference } from "./openinference/index.ts";
import { otelGenAi } from "./otel-genai/index.ts";
import { phasewise } from "./phasewise/index.ts";
import { traceloop } from "./traceloop/index.ts";
import { unknown } from "./unknown/index.ts";
import { vercelAi } from "./vercel-ai/index.ts";

/** The ordered list: one line a dialect. */
export const DIALECTS: readonly Dialect[] = [
  claudeCode,
  claudePlatform,
  anthropicSdk,
  phasewise,
  openInference,
  vercelAi,
  traceloop,
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
