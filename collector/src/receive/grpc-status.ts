/** Our errors as gRPC statuses. Source: OTLP 1.11.0, "OTLP/gRPC Response"; google/rpc/{code,error_details}.proto. */
import { Metadata, status as Code } from "@grpc/grpc-js";
import { isPhasewiseError, type PhasewiseError } from "../errors.ts";
import { retryStatus, statusBody } from "./answers.ts";
import type { OnRefused } from "./refusal.ts";

/** A status with the details that exporters read. */
export interface GrpcStatus {
  readonly code: Code;
  readonly details: string;
  readonly metadata: Metadata;
}

const DETAILS = "grpc-status-details-bin";

/** The status for an error, which is reported on the way. Only UNAVAILABLE is tried again by every exporter; a RetryInfo says when. */
export function toGrpcStatus(error: unknown, onRefused: OnRefused): GrpcStatus {
  onRefused(isPhasewiseError(error) ? error.code : "INTERNAL", error);
  const metadata = new Metadata();
  if (isPhasewiseError(error) && !error.retryable) {
    const details = error.message.toWellFormed();
    // The body of a 400 is a Status with a BadRequest, which is what the trailer holds too.
    if (error.status === 400) metadata.set(DETAILS, statusBody(400, "protobuf", details));
    return { code: codeOf(error), details, metadata };
  }
  const known = isPhasewiseError(error) ? error.message : "Nothing was taken; send the request again.";
  const details = known.toWellFormed();
  metadata.set(DETAILS, retryStatus(Code.UNAVAILABLE, details));
  return { code: Code.UNAVAILABLE, details, metadata };
}

function codeOf(error: PhasewiseError): Code {
  switch (error.status) {
    case 401:
      return Code.UNAUTHENTICATED;
    case 408:
      return Code.DEADLINE_EXCEEDED;
    case 413:
      return Code.RESOURCE_EXHAUSTED;
    default:
      return Code.INVALID_ARGUMENT;
  }
}
