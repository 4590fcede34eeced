import { newTally } from "./check-item.ts";
import type { DecodedRequest, Signal } from "./otlp.ts";
import { readLogs } from "./protobuf/logs.ts";
import { readMetrics } from "./protobuf/metrics.ts";
import { Reader } from "./protobuf/reader.ts";
import { readTraces } from "./protobuf/trace.ts";

/** Decodes a request body in protobuf. Throws BODY_UNDECODABLE when it is not a request at all. */
export function decodeProtobuf(signal: Signal, body: Uint8Array): DecodedRequest {
  const reader = new Reader(body);
  const tally = newTally();
  switch (signal) {
    case "traces": {
      const envelopes = readTraces(reader, tally);
      return { signal, envelopes, accepted: tally.accepted, rejected: tally.rejected, reasons: [...tally.reasons] };
    }
    case "logs": {
      const envelopes = readLogs(reader, tally);
      return { signal, envelopes, accepted: tally.accepted, rejected: tally.rejected, reasons: [...tally.reasons] };
    }
    default: {
      const envelopes = readMetrics(reader, tally);
      return { signal, envelopes, accepted: tally.accepted, rejected: tally.rejected, reasons: [...tally.reasons] };
    }
  }
}
