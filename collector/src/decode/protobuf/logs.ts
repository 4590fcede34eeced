/** ExportLogsServiceRequest. Source: opentelemetry/proto/logs/v1, v1.11.0. */
import { type AttributeDraft, NO_ATTRIBUTES, droppedCount } from "../attributes.ts";
import { type Tally, takeLog } from "../check-item.ts";
import type { AnyValue, Envelope, LogRecord } from "../otlp.ts";
import { readAnyValue, readAttribute, readEnvelopes } from "./common.ts";
import { BYTES, FIXED32, FIXED64, type Reader, VARINT, fieldSet } from "./reader.ts";

const RECORD_FIELDS = fieldSet(1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12);

/** The log records of a body. */
export function readLogs(reader: Reader, tally: Tally): Envelope<LogRecord>[] {
  return readEnvelopes(reader, (inner) => takeLog(readRecord(inner), tally));
}

function readRecord(reader: Reader): LogRecord {
  const outer = reader.enter();
  const draft: AttributeDraft = { map: undefined, dropped: 0 };
  let timeUnixNano = 0n;
  let observedTimeUnixNano = 0n;
  let severityNumber = 0;
  let severityText = "";
  let body: AnyValue;
  let dropped = 0;
  let flags = 0;
  let traceId = "";
  let spanId = "";
  let eventName = "";
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === ((6 << 3) | BYTES)) readAttribute(reader, draft);
    else if (tag === ((1 << 3) | FIXED64)) timeUnixNano = reader.fixed64();
    else if (tag === ((11 << 3) | FIXED64)) observedTimeUnixNano = reader.fixed64();
    else if (tag === ((2 << 3) | VARINT)) severityNumber = reader.int32();
    else if (tag === ((3 << 3) | BYTES)) severityText = reader.text();
    else if (tag === ((5 << 3) | BYTES)) body = readAnyValue(reader, body, 0);
    else if (tag === ((7 << 3) | VARINT)) dropped = reader.uint32();
    else if (tag === ((8 << 3) | FIXED32)) flags = reader.fixed32();
    else if (tag === ((9 << 3) | BYTES)) traceId = reader.hex();
    else if (tag === ((10 << 3) | BYTES)) spanId = reader.hex();
    else if (tag === ((12 << 3) | BYTES)) eventName = reader.text();
    else reader.skip(tag, RECORD_FIELDS);
  }
  reader.leave(outer);
  return {
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber,
    severityText,
    body,
    attributes: draft.map ?? NO_ATTRIBUTES,
    droppedAttributesCount: droppedCount(dropped + draft.dropped),
    flags,
    traceId,
    spanId,
    eventName,
  };
}
