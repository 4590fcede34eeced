/**
 * Handles: everything that no other dialect recognises: HTTP, database and other spans, log records of any program.
 * Reference: OpenTelemetry general semantic conventions (status, `error.type`, exception events).
 * Recognised by: being last.
 * Produces: operation `other`, the labels that mean the same everywhere, the error. Never a model call.
 */
import { readLabels } from "../../labels.ts";
import { readFailure } from "../../span-failure.ts";
import type { Dialect } from "../dialect.ts";

/** The dialect of last resort. */
export const unknown: Required<Dialect> = {
  id: "unknown",
  title: "Any other telemetry",
  reference: "https://opentelemetry.io/docs/specs/semconv/general/recording-errors/",
  versions: "any",
  recognisesSpan: () => true,
  readSpan(span, { resource }) {
    const { errorType, errorMessage } = readFailure(span);
    return { operation: "other", labels: readLabels(span.attributes, resource), errorType, errorMessage };
  },
  recognisesLog: () => true,
  readLog: (log, { resource }) => ({ labels: readLabels(log.attributes, resource) }),
};
