/** ExportLogsServiceRequest of OTLP/JSON. Source: opentelemetry/proto/logs/v1, v1.11.0. */
import { note, reject, takeLog } from "../check-item.ts";
import type { Envelope, LogRecord } from "../otlp.ts";
import { anyValue, attributesField, readEnvelopes } from "./common.ts";
import {
  type Context,
  type JsonObject,
  enumField,
  isObject,
  takeProblem,
  textField,
  uint32Field,
  uint64Field,
} from "./fields.ts";

const SEVERITIES: ReadonlyMap<string, number> = new Map([
  ["SEVERITY_NUMBER_UNSPECIFIED", 0],
  ...["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].flatMap((level, index) =>
    ["", "2", "3", "4"].map((step, offset) => [`SEVERITY_NUMBER_${level}${step}`, index * 4 + offset + 1] as const),
  ),
]);

/** The log records of a parsed body. */
export function readLogs(context: Context, request: JsonObject): Envelope<LogRecord>[] {
  const fields = { resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords" };
  return readEnvelopes(context, request, fields, (raw) => {
    const record = isObject(raw) ? readRecord(context, raw) : undefined;
    const problem = takeProblem(context);
    if (record !== undefined && problem === undefined) return takeLog(record, context.tally);
    reject(context.tally, 1, problem ?? "logRecords: expected an object");
    return undefined;
  });
}

function readRecord(context: Context, raw: JsonObject): LogRecord {
  return {
    timeUnixNano: uint64Field(context, raw, "timeUnixNano"),
    observedTimeUnixNano: uint64Field(context, raw, "observedTimeUnixNano"),
    severityNumber: enumField(context, raw, "severityNumber", SEVERITIES),
    severityText: textField(context, raw, "severityText"),
    body: anyValue(context, raw["body"], 0),
    ...attributesField(context, raw),
    flags: uint32Field(context, raw, "flags"),
    traceId: looseId(context, raw, "traceId"),
    spanId: looseId(context, raw, "spanId"),
    eventName: textField(context, raw, "eventName"),
  };
}

/** An id that its record can do without: what is not hex counts as none. */
export function looseId(context: Context, raw: JsonObject, field: string): string {
  const value = raw[field];
  if (value === undefined || value === null) return "";
  if (typeof value === "string" && /^[0-9a-fA-F]*$/.test(value)) return value.toLowerCase();
  note(context.tally, `${field}: expected hex digits; the item was kept without it`);
  return "";
}
