export {
  findClaudeCode,
  runClaudeCode,
  type ClaudeCodeOptions,
  type ClaudeCodeResult,
  type ClaudeCodeRun,
} from "./claude-code.ts";
export { startCollector, type CollectorOptions, type CollectorProcess } from "./collector-process.ts";
export { startMessagesApi, type MessagesApiDouble, type MessagesApiOptions } from "./messages-api/double.ts";
export { formatUsd, type Ledger, type LedgerEntry, type LedgerTotals } from "./messages-api/ledger.ts";
export { markerScript } from "./messages-api/markers.ts";
export {
  closeEarly,
  cut,
  error,
  failThen,
  hang,
  inTurn,
  midStreamError,
  refusal,
  slow,
  text,
  thinking,
  together,
  toolUse,
  webSearch,
  withUsage,
  type ErrorReply,
  type ErrorType,
  type HangReply,
  type MessageReply,
  type Reply,
  type ReplyBlock,
  type Script,
} from "./messages-api/reply.ts";
export { lastUserText, textOf, toolNames, type MessagesRequest } from "./messages-api/request.ts";
export type { Charge } from "./messages-api/usage.ts";
export { startOtlpSink, type OtlpSink, type OtlpSinkOptions, type SinkRequest } from "./otlp-sink.ts";
export {
  logsPayload,
  metricsPayload,
  toCounter,
  toKeyValues,
  toLogRecord,
  toSpan,
  toUnixNano,
  tracesPayload,
  type AttributeValues,
  type CounterDescription,
  type JsonAnyValue,
  type JsonKeyValue,
  type JsonLogRecord,
  type JsonMetric,
  type JsonNumberPoint,
  type JsonSpan,
  type LogDescription,
  type LogsPayload,
  type MetricsPayload,
  type Origin,
  type SpanDescription,
  type TracesPayload,
} from "./otlp.ts";
export { printTable } from "./print-table.ts";
