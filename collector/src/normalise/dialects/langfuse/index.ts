/**
 * Handles: the observations of the Langfuse SDKs, in JavaScript and Python.
 * Reference: https://langfuse.com/integrations/native/opentelemetry, `@langfuse/core` src/constants.ts.
 * Recognised by: scope `langfuse-sdk`, or `langfuse.observation.type`.
 * Produces: `model_call` with a call (generation), `embedding` with a call, `agent`, `step` (chain) and others with an
 * aggregate where they state usage, `tool_call`, `retrieval`, `other`.
 *
 * Usage is JSON of disjoint buckets: what is read from or written to the cache is not in the input, and reasoning is not in
 * the output. Failure is a level, not the status of the span.
 */
import type { KeyValues, Resource, Span } from "../../../decode/otlp.ts";
import { readText } from "../../attribute-bag.ts";
import { readGenAiCall } from "../../gen-ai-call.ts";
import { readLabels } from "../../labels.ts";
import type { CallReading, Labels, SpanOperation } from "../../records.ts";
import { type Failure, readFailure } from "../../span-failure.ts";
import { toTokenBuckets } from "../../usage.ts";
import type { Dialect } from "../dialect.ts";
import { hasLangfuseUsage, readLangfuseCost, readLangfuseUsage } from "./usage.ts";

const CALL_RANK = 72;
const AGGREGATE_RANK = 90;
const SCOPE = "langfuse-sdk";
const TYPE = "langfuse.observation.type";
const MODEL = "langfuse.observation.model.name";
const LEVEL = "langfuse.observation.level";
const STATUS_MESSAGE = "langfuse.observation.status_message";
const FIRST_CHUNK_AT = "langfuse.observation.completion_start_time";
const NANOS_PER_MS = 1e6;

const OPERATIONS: ReadonlyMap<string, SpanOperation> = new Map([
  ["generation", "model_call"],
  ["embedding", "embedding"],
  ["agent", "agent"],
  ["chain", "step"],
  ["tool", "tool_call"],
  ["retriever", "retrieval"],
]);

/** The Langfuse SDK. */
export const langfuse: Dialect = {
  id: "langfuse",
  title: "Langfuse SDK",
  reference: "https://langfuse.com/integrations/native/opentelemetry",
  versions: "@langfuse/tracing 5.11.1 and langfuse 3 and 4 for Python (from their sources)",
  recognisesSpan: (span, { scope }) => scope.name === SCOPE || span.attributes.has(TYPE),
  readSpan(span, { resource }) {
    const { attributes } = span;
    const failure = readLangfuseFailure(span);
    const operation = OPERATIONS.get(readText(attributes, TYPE) ?? "") ?? "other";
    return {
      operation,
      labels: readLangfuseLabels(span, resource, operation),
      errorType: failure.errorType,
      errorMessage: failure.errorMessage,
      toolName: operation === "tool_call" ? span.name : undefined,
      evidence: readEvidence(span, operation, failure),
    };
  },
};

function readLangfuseFailure(span: Span): Failure {
  const general = readFailure(span);
  if (!general.failed && readText(span.attributes, LEVEL) !== "ERROR") return general;
  return {
    failed: true,
    errorType: general.errorType,
    errorMessage: readText(span.attributes, STATUS_MESSAGE) ?? general.errorMessage,
  };
}

function readLangfuseLabels(span: Span, resource: Resource, operation: SpanOperation): Labels {
  const { attributes } = span;
  const labels = readLabels(attributes, resource);
  return {
    ...labels,
    agent: labels.agent ?? (operation === "agent" ? span.name : undefined),
    sessionId: labels.sessionId ?? readText(attributes, "langfuse.session.id"),
    userId: labels.userId ?? readText(attributes, "langfuse.user.id"),
  };
}

function readEvidence(span: Span, operation: SpanOperation, failure: Failure): CallReading | undefined {
  const { attributes } = span;
  const isCall = operation === "model_call" || operation === "embedding";
  if (!isCall && !hasLangfuseUsage(attributes)) return undefined;
  const call = readGenAiCall(span, failure, {
    scope: isCall ? "call" : "aggregate",
    rank: isCall ? CALL_RANK : AGGREGATE_RANK,
    inputMeaning: "inclusive",
    status: failure.failed ? "error" : "ok",
  });
  if (!hasLangfuseUsage(attributes)) return { ...call, requestModel: modelOf(attributes, call) };
  const notes: string[] = [];
  return {
    ...call,
    requestModel: modelOf(attributes, call),
    ttftMs: readFirstChunk(span) ?? call.ttftMs,
    tokens: toTokenBuckets(readLangfuseUsage(attributes, notes), notes),
    costReportedPicoUsd: readLangfuseCost(attributes) ?? call.costReportedPicoUsd,
    notes,
  };
}

function modelOf(attributes: KeyValues, call: CallReading): string | undefined {
  return readText(attributes, MODEL) ?? call.requestModel;
}

/** The time of the first chunk is JSON text of a date, so it may be in quotes. */
function readFirstChunk(span: Span): number | undefined {
  const text = readText(span.attributes, FIRST_CHUNK_AT)?.replaceAll('"', "");
  const ms = text === undefined ? Number.NaN : Date.parse(text) - Number(span.startTimeUnixNano) / NANOS_PER_MS;
  return ms >= 0 ? Math.round(ms) : undefined;
}
