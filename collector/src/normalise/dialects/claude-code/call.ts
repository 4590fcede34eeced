import { ATTR_GEN_AI_PROVIDER_NAME, ATTR_GEN_AI_REQUEST_MODEL } from "@phasewise/semconv";
import type { KeyValues, LogRecord, Span } from "../../../decode/otlp.ts";
import { readBoolean, readCount, readOrdinal, readNumber, readText } from "../../attribute-bag.ts";
import type { CallReading, TokenBuckets } from "../../records.ts";
import type { Failure } from "../../span-failure.ts";
import { toTokenBuckets } from "../../usage.ts";
import { readReportedCost } from "./reported-cost.ts";

const LOG_RANK = 10;
const SPAN_RANK = 15;
const NANOS_PER_MS = 1e6;

/** Where the program sends its requests, in the words of `gen_ai.provider.name`. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["firstParty", "anthropic"],
  ["anthropicAws", "anthropic"],
  ["foundry", "anthropic"],
  ["gateway", "anthropic"],
  ["bedrock", "aws.bedrock"],
  ["mantle", "aws.bedrock"],
  ["vertex", "gcp.vertex_ai"],
]);

type Outcome = Pick<
  CallReading,
  "rank" | "startedUnixNano" | "endedUnixNano" | "status" | "errorType" | "errorMessage"
>;

/** The call that a `claude_code.llm_request` span reports. */
export function readSpanCall(span: Span, failure: Failure): CallReading {
  return readCall(span.attributes, {
    rank: SPAN_RANK,
    startedUnixNano: span.startTimeUnixNano,
    endedUnixNano: span.endTimeUnixNano,
    status: statusOf(span, failure),
    errorType: failure.errorType,
    errorMessage: failure.errorMessage,
  });
}

/** The call that an `api_request` (ok) or `api_error` (error) event reports: it is written when the call is over. */
export function readLogCall(log: LogRecord, status: "ok" | "error"): CallReading {
  const { attributes } = log;
  const endedUnixNano = log.timeUnixNano === 0n ? log.observedTimeUnixNano : log.timeUnixNano;
  const failed = status === "error";
  return readCall(attributes, {
    rank: LOG_RANK,
    startedUnixNano: before(endedUnixNano, readNumber(attributes, "duration_ms") ?? 0),
    endedUnixNano,
    status,
    errorType: failed ? readText(attributes, "status_code") : undefined,
    errorMessage: failed ? readText(attributes, "error") : undefined,
  });
}

/** The start of what took so many milliseconds; the end itself where the duration cannot be. */
function before(endedUnixNano: bigint, durationMs: number): bigint {
  const nanos = durationMs * NANOS_PER_MS;
  return nanos >= 0 && nanos <= Number(endedUnixNano) ? endedUnixNano - BigInt(Math.round(nanos)) : endedUnixNano;
}

/** A request that was given up ends its span without a word on success. */
function statusOf(span: Span, failure: Failure): CallReading["status"] {
  if (failure.failed) return "error";
  return readBoolean(span.attributes, "success") === undefined ? "cancelled" : "ok";
}

function readCall(attributes: KeyValues, outcome: Outcome): CallReading {
  const notes: string[] = [];
  const model = readText(attributes, "model");
  return {
    scope: "call",
    rank: outcome.rank,
    providerRequestId: readText(attributes, "request_id"),
    clientRequestId: readText(attributes, "client_request_id"),
    provider: readProvider(attributes),
    requestModel: readText(attributes, ATTR_GEN_AI_REQUEST_MODEL) ?? model,
    responseModel: undefined,
    startedUnixNano: outcome.startedUnixNano,
    endedUnixNano: outcome.endedUnixNano,
    ttftMs: readNumber(attributes, "ttft_ms"),
    status: outcome.status,
    errorType: outcome.errorType,
    errorMessage: outcome.errorMessage,
    attempts: readOrdinal(attributes, "attempt"),
    finishReason: readText(attributes, "stop_reason"),
    tokens: readTokens(attributes, notes),
    speed: readSpeed(attributes),
    costReportedPicoUsd: readReportedCost(attributes, notes),
    notes,
  };
}

function readTokens(attributes: KeyValues, notes: string[]): TokenBuckets {
  return toTokenBuckets(
    {
      inputMeaning: "exclusive",
      input: readCount(attributes, "input_tokens", notes),
      output: readCount(attributes, "output_tokens", notes),
      cacheRead: readCount(attributes, "cache_read_tokens", notes),
      cacheWrite: readCount(attributes, "cache_creation_tokens", notes),
      cacheWrite5m: readCount(attributes, "cache_creation_5m_tokens", notes),
      cacheWrite1h: readCount(attributes, "cache_creation_1h_tokens", notes),
    },
    notes,
  );
}

function readProvider(attributes: KeyValues): string | undefined {
  const route = readText(attributes, "anthropic.provider");
  if (route === undefined) return readText(attributes, ATTR_GEN_AI_PROVIDER_NAME);
  return PROVIDERS.get(route) ?? route;
}

/** `normal` is what Anthropic's API calls `standard`. */
function readSpeed(attributes: KeyValues): string | undefined {
  const speed = readText(attributes, "speed");
  return speed === "normal" ? "standard" : speed;
}
