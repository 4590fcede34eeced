/** The collector's own decoding, normalising and settling, in this process and without a store. */
import { decode } from "../../../../collector/src/decode/decode.ts";
import type { Encoding, Signal } from "../../../../collector/src/decode/otlp.ts";
import { mergeBatches, normalise } from "../../../../collector/src/normalise/normalise.ts";
import type { Batch } from "../../../../collector/src/normalise/records.ts";
import { settle } from "../../../../collector/src/normalise/settle/settle.ts";
import type { Evidence, Touched } from "../../../../collector/src/normalise/settlement.ts";
import type { Expected } from "../traffic/traffic.ts";

/** What has to be settled of a batch that nothing was stored before of. */
export function touchedBy(batch: Batch): Touched {
  const evidence: Evidence[] = [];
  for (const { span, reading, origin } of batch.spans) {
    if (reading.evidence === undefined) continue;
    evidence.push({
      evidenceId: `span:${span.traceId}/${span.spanId}`,
      dialect: reading.dialect,
      service: origin.service,
      traceId: span.traceId,
      spanId: span.spanId,
      source: "span",
      labels: reading.labels,
      reading: reading.evidence,
    });
  }
  for (const { log, logId, reading, origin } of batch.logs) {
    if (reading.evidence === undefined) continue;
    evidence.push({
      evidenceId: `log:${logId}`,
      dialect: reading.dialect,
      service: origin.service,
      traceId: log.traceId,
      spanId: log.spanId,
      source: "log",
      labels: reading.labels,
      reading: reading.evidence,
    });
  }
  const spans = batch.spans.map(({ span, reading }) => ({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    operation: reading.operation,
    startedUnixNano: span.startTimeUnixNano,
    labels: reading.labels,
  }));
  return { spans, evidence };
}

/** What bodies come to when the collector has decided. */
export function settleBodies(
  bodies: readonly { readonly signal: Signal; readonly bytes: Uint8Array; readonly encoding?: Encoding }[],
): Expected {
  const batch = mergeBatches(
    bodies.map(({ signal, bytes, encoding }) => normalise(decode(signal, encoding ?? "protobuf", bytes), 0n)),
  );
  const calls = settle(touchedBy(batch)).calls.filter((call) => call.scope === "call");
  const unpriced = calls.find((call) => call.costPicoUsd === undefined);
  if (unpriced !== undefined) throw new Error(`${unpriced.callKey} is not priced: ${unpriced.unpricedReason}`);
  return {
    requests: bodies.length,
    spans: batch.spans.length,
    logs: batch.logs.length,
    points: batch.metricPoints.length,
    calls: calls.length,
    inputTokens: calls.reduce(
      (sum, { tokens }) =>
        sum +
        (tokens.uncachedInputTokens ?? 0) +
        (tokens.cacheReadTokens ?? 0) +
        (tokens.cacheWrite5mTokens ?? 0) +
        (tokens.cacheWrite1hTokens ?? 0) +
        (tokens.cacheWriteUnknownTokens ?? 0),
      0,
    ),
    outputTokens: calls.reduce((sum, { tokens }) => sum + (tokens.outputTokens ?? 0), 0),
    costPicoUsd: calls.reduce((sum, call) => sum + (call.costPicoUsd ?? 0n), 0n),
  };
}
