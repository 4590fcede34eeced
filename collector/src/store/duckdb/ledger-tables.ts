/** The ledger tables, column for column as in `sql/duckdb/migrations/0002_ledger.sql`, and temporary ones for updates. */
import type { Labels, LogRecordRow, TokenBuckets } from "../../normalise/records.ts";
import type { Evidence, ModelCall } from "../../normalise/settlement.ts";
import type { Table } from "./appending.ts";
import {
  type Column,
  double,
  fitsMoney,
  flag,
  int32,
  int64,
  money,
  optionalText,
  text,
  textList,
  timestamp,
  uint16,
  uint64,
  uniqueText,
} from "./columns.ts";
import { labelColumns, ownLabelBits } from "./labels.ts";
import { durationMs } from "./telemetry-tables.ts";

/** A piece of evidence as it is stored: with its settled labels and the call that it belongs to. */
export interface EvidenceRow {
  readonly evidence: Evidence;
  readonly labels: Labels;
  readonly callKey: string;
  readonly counted: boolean;
  /** Start of the call, so that its row in the ledger is found by time. */
  readonly callStartUnixNano: bigint;
}

function tokenColumns<Row>(get: (row: Row) => TokenBuckets): readonly Column<Row>[] {
  return [
    int64("uncached_input_tokens", (row) => get(row).uncachedInputTokens),
    int64("cache_read_tokens", (row) => get(row).cacheReadTokens),
    int64("cache_write_5m_tokens", (row) => get(row).cacheWrite5mTokens),
    int64("cache_write_1h_tokens", (row) => get(row).cacheWrite1hTokens),
    int64("cache_write_unknown_tokens", (row) => get(row).cacheWriteUnknownTokens),
    int64("output_tokens", (row) => get(row).outputTokens),
    int64("reasoning_tokens", (row) => get(row).reasoningTokens),
  ];
}

/** Why a call has no price: the reason that was given, or that the amount is beyond what a column can hold. */
function unpricedReason(call: ModelCall): string | undefined {
  if (call.costPicoUsd === undefined || fitsMoney(call.costPicoUsd)) return call.unpricedReason;
  return "The computed cost is over a million USD for one call, so its token counts cannot be right.";
}

export const CALL_LEDGER: Table<ModelCall> = {
  name: "call_ledger",
  columns: [
    text("call_key", (call) => call.callKey),
    optionalText("trace_id", (call) => call.traceId),
    optionalText("span_id", (call) => call.spanId),
    ...labelColumns<ModelCall>((call) => call.labels),
    text("service", (call) => call.service),
    text("provider", (call) => call.provider),
    text("request_model", (call) => call.requestModel),
    text("response_model", (call) => call.responseModel),
    text("model", (call) => call.model),
    timestamp("started_at", (call) => call.startedUnixNano),
    timestamp("ended_at", (call) => call.endedUnixNano),
    uint64("start_unix_nano", (call) => call.startedUnixNano),
    uint64("end_unix_nano", (call) => call.endedUnixNano),
    double("duration_ms", (call) => durationMs(call.startedUnixNano, call.endedUnixNano)),
    double("ttft_ms", (call) => call.ttftMs),
    text("status", (call) => call.status),
    text("error_type", (call) => call.errorType),
    text("error_message", (call) => call.errorMessage),
    int32("attempts", (call) => call.attempts),
    text("finish_reason", (call) => call.finishReason),
    ...tokenColumns<ModelCall>((call) => call.tokens),
    int64("web_search_requests", (call) => call.webSearchRequests),
    text("service_tier", (call) => call.serviceTier),
    text("speed", (call) => call.speed),
    text("inference_geo", (call) => call.inferenceGeo),
    text("scope", (call) => call.scope),
    money("cost_usd", (call) => call.costPicoUsd),
    money("cost_reported_usd", (call) => call.costReportedPicoUsd),
    text("price_id", (call) => call.priceId),
    text("unpriced_reason", unpricedReason),
    textList("layers", (call) => call.layers),
    text("counted_from", (call) => call.countedFrom),
    textList("disagreements", (call) => call.disagreements),
    textList("notes", (call) => call.notes),
  ],
};

export const CALL_EVIDENCE: Table<EvidenceRow> = {
  name: "call_evidence",
  columns: [
    uniqueText("evidence_id", (row) => row.evidence.evidenceId),
    text("call_key", (row) => row.callKey),
    flag("counted", (row) => row.counted),
    text("dialect", (row) => row.evidence.dialect),
    text("source", (row) => row.evidence.source),
    text("scope", (row) => row.evidence.reading.scope),
    int32("rank", (row) => row.evidence.reading.rank),
    optionalText("trace_id", (row) => row.evidence.traceId),
    optionalText("span_id", (row) => row.evidence.spanId),
    text("provider_request_id", (row) => row.evidence.reading.providerRequestId),
    text("message_id", (row) => row.evidence.reading.messageId),
    text("client_request_id", (row) => row.evidence.reading.clientRequestId),
    ...labelColumns<EvidenceRow>((row) => row.labels),
    uint16("own_labels", (row) => ownLabelBits(row.evidence.labels)),
    text("service", (row) => row.evidence.service),
    text("provider", (row) => row.evidence.reading.provider),
    text("request_model", (row) => row.evidence.reading.requestModel),
    text("response_model", (row) => row.evidence.reading.responseModel),
    timestamp("started_at", (row) => row.evidence.reading.startedUnixNano),
    uint64("start_unix_nano", (row) => row.evidence.reading.startedUnixNano),
    uint64("end_unix_nano", (row) => row.evidence.reading.endedUnixNano),
    double("ttft_ms", (row) => row.evidence.reading.ttftMs),
    text("status", (row) => row.evidence.reading.status),
    text("error_type", (row) => row.evidence.reading.errorType),
    text("error_message", (row) => row.evidence.reading.errorMessage),
    int32("attempts", (row) => row.evidence.reading.attempts),
    text("finish_reason", (row) => row.evidence.reading.finishReason),
    ...tokenColumns<EvidenceRow>((row) => row.evidence.reading.tokens),
    int64("web_search_requests", (row) => row.evidence.reading.webSearchRequests),
    text("service_tier", (row) => row.evidence.reading.serviceTier),
    text("speed", (row) => row.evidence.reading.speed),
    text("inference_geo", (row) => row.evidence.reading.inferenceGeo),
    money("cost_reported_usd", (row) => row.evidence.reading.costReportedPicoUsd),
    textList("notes", (row) => row.evidence.reading.notes),
    uint64("call_start_unix_nano", (row) => row.callStartUnixNano),
  ],
};

/** That something has begun, out of a log record or a pending span that says so. */
export interface LiveRow {
  readonly traceId: string;
  /** Span id that it has and will have when it ends. */
  readonly spanId: string;
  readonly startedUnixNano: bigint;
  readonly service: string | undefined;
  readonly labels: Labels;
  readonly live: Extract<LogRecordRow["reading"]["live"], { readonly type: "started" }>;
}

export const LIVE_SPANS: Table<LiveRow> = {
  name: "live_spans",
  columns: [
    text("trace_id", (row) => row.traceId),
    text("span_id", (row) => row.spanId),
    optionalText("parent_span_id", (row) => row.live.parentSpanId),
    text("kind", (row) => row.live.kind),
    text("name", (row) => row.live.name),
    timestamp("started_at", (row) => row.startedUnixNano),
    text("service", (row) => row.service),
    ...labelColumns<LiveRow>((row) => row.labels),
    int32("run_number", (row) => row.live.runNumber),
    text("run_trigger", (row) => row.live.runTrigger),
    text("task_type", (row) => row.live.taskType),
    text("git_commit", (row) => row.live.gitCommit),
    text("model", (row) => row.live.model),
  ],
};

/** When a run was last heard of. */
export interface HeartbeatRow {
  readonly runId: string;
  readonly seenUnixNano: bigint;
}

export const RUN_HEARTBEATS: Table<HeartbeatRow> = {
  name: "run_heartbeats",
  columns: [text("run_id", (row) => row.runId), timestamp("last_seen_at", (row) => row.seenUnixNano)],
};

/** New settled labels of a stored item; `id` tells items of one span apart. */
export interface LabelChange {
  readonly traceId: string;
  readonly id: string;
  readonly labels: Labels;
}

export const LABEL_CHANGES: Table<LabelChange> = {
  name: "label_changes",
  columns: [
    text("change_trace_id", (row) => row.traceId),
    text("change_id", (row) => row.id),
    ...labelColumns<LabelChange>((row) => row.labels),
  ],
};

export const EVIDENCE_CHANGES: Table<EvidenceRow> = {
  name: "evidence_changes",
  columns: [
    text("change_id", (row) => row.evidence.evidenceId),
    text("call_key", (row) => row.callKey),
    flag("counted", (row) => row.counted),
    uint64("call_start_unix_nano", (row) => row.callStartUnixNano),
    ...labelColumns<EvidenceRow>((row) => row.labels),
  ],
};
