/**
 * Every error of the collector: a stable code, the HTTP status it becomes, and whether trying again can help.
 * `docs/errors.md` is generated from this table. A retired code is never used again.
 */

/** What is fixed for a code. */
export interface ErrorKind {
  readonly status: number;
  readonly retryable: boolean;
  /** What it means and what to do, for the docs. */
  readonly meaning: string;
}

/** The table. */
export const ERRORS = {
  CONFIG_INVALID: { status: 500, retryable: false, meaning: "A setting is wrong; the message names it." },
  PORT_TAKEN: {
    status: 500,
    retryable: false,
    meaning: "Another program listens on the port; the message names the setting.",
  },
  DATA_FOLDER_UNUSABLE: {
    status: 500,
    retryable: false,
    meaning: "The data folder cannot be created, written or locked.",
  },
  BODY_UNDECODABLE: {
    status: 400,
    retryable: false,
    meaning: "The body is not the OTLP message that its path and type promise.",
  },
  BODY_CORRUPT: { status: 400, retryable: false, meaning: "The compressed body cannot be decompressed." },
  BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    meaning: "The body is over the limit after decompression; send smaller batches.",
  },
  BODY_TOO_SLOW: { status: 408, retryable: false, meaning: "The request did not arrive whole in time." },
  CONTENT_TYPE_UNSUPPORTED: {
    status: 415,
    retryable: false,
    meaning: "Only application/x-protobuf and application/json are OTLP.",
  },
  ENCODING_UNSUPPORTED: { status: 415, retryable: false, meaning: "Only the listed content encodings are understood." },
  REQUEST_INVALID: {
    status: 400,
    retryable: false,
    meaning: "The request is not HTTP, or its address cannot be read.",
  },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, meaning: "The path answers to another method." },
  NOT_FOUND: { status: 404, retryable: false, meaning: "There is nothing at this path." },
  UNAUTHORIZED: { status: 401, retryable: false, meaning: "A bearer token is required." },
  HOST_NOT_ALLOWED: {
    status: 421,
    retryable: false,
    meaning: "The Host header names a host that this collector does not answer for.",
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    retryable: false,
    meaning: "A page of another origin tried to talk to the collector.",
  },
  JOURNAL_FULL: {
    status: 503,
    retryable: true,
    meaning: "The journal is full because loading is behind; come back in a second.",
  },
  JOURNAL_WRITE_FAILED: {
    status: 503,
    retryable: true,
    meaning: "The journal could not be written (disk full or failing); nothing was taken.",
  },
  IN_FLIGHT_FULL: {
    status: 503,
    retryable: true,
    meaning: "The memory for bodies in flight, or the sender's fair share of it, is used up; come back in a second.",
  },
  DISK_LOW: {
    status: 503,
    retryable: true,
    meaning: "The disk of the data folder is nearly full; taking goes on by itself when there is room again.",
  },
  SHUTTING_DOWN: { status: 503, retryable: true, meaning: "The collector is stopping; send again to the next one." },
  JOURNAL_CORRUPT: {
    status: 500,
    retryable: false,
    meaning: "A journal segment is damaged; the message tells the range.",
  },
  STORE_NEWER: { status: 500, retryable: false, meaning: "The data was written by a newer version." },
  STORE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: "The store is starting; reports will answer in a moment.",
  },
  MIGRATION_CHANGED: {
    status: 500,
    retryable: false,
    meaning: "A released migration differs from the one that made the data.",
  },
  VIEW_INVALID: {
    status: 500,
    retryable: false,
    meaning: "A view or report file breaks its rules; the message says which.",
  },
  REPORT_UNKNOWN: {
    status: 404,
    retryable: false,
    meaning: "There is no report of that name; GET /api/reports lists them.",
  },
  RUN_UNKNOWN: { status: 404, retryable: false, meaning: "There is no run of that id; GET /api/runs lists them." },
  PARAMETER_INVALID: {
    status: 400,
    retryable: false,
    meaning: "A parameter is not what was expected; the message says what was.",
  },
  SQL_NOT_ALLOWED: {
    status: 403,
    retryable: false,
    meaning: "Only one reading statement over the views and tables is allowed.",
  },
  SQL_FAILED: { status: 400, retryable: false, meaning: "The database refused the statement; the message is its own." },
  QUERY_TIMEOUT: { status: 504, retryable: false, meaning: "The query ran longer than allowed." },
  INTERNAL: { status: 500, retryable: false, meaning: "Something unforeseen; the log has the details." },
} as const satisfies Record<string, ErrorKind>;

/** A code of the table. */
export type ErrorCode = keyof typeof ERRORS;

const marker = Symbol.for("phasewise.error");

/** An error with a code. Recognised by `isPhasewiseError`, also across two copies of the package. */
export class PhasewiseError extends Error {
  override readonly name = "PhasewiseError";
  readonly code: ErrorCode;
  readonly [marker] = true;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

/** Whether an error carries one of our codes. */
export function isPhasewiseError(error: unknown): error is PhasewiseError {
  return typeof error === "object" && error !== null && marker in error;
}
