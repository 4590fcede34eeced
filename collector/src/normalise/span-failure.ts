import { ATTR_ERROR_TYPE, ATTR_EXCEPTION_MESSAGE } from "@phasewise/semconv";
import type { Span } from "../decode/otlp.ts";
import { readText } from "./attribute-bag.ts";

const STATUS_ERROR = 2;
const EXCEPTION_EVENT = "exception";
const ATTR_EXCEPTION_TYPE = "exception.type";

/** Whether a span failed, and what it says about that. */
export interface Failure {
  readonly failed: boolean;
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
}

/**
 * A span has failed when its status or an `error.type` says so; an exception event alone may have been handled.
 * Source: OpenTelemetry "Recording errors on spans".
 */
export function readFailure(span: Span): Failure {
  const errorType = readText(span.attributes, ATTR_ERROR_TYPE);
  if (span.statusCode !== STATUS_ERROR && errorType === undefined) return NOT_FAILED;
  const exception = span.events.findLast((event) => event.name === EXCEPTION_EVENT);
  const statusMessage = span.statusMessage === "" ? undefined : span.statusMessage;
  return {
    failed: true,
    errorType: errorType ?? (exception && readText(exception.attributes, ATTR_EXCEPTION_TYPE)),
    errorMessage: statusMessage ?? (exception && readText(exception.attributes, ATTR_EXCEPTION_MESSAGE)),
  };
}

const NOT_FAILED: Failure = { failed: false, errorType: undefined, errorMessage: undefined };
