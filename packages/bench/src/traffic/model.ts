/**
 * Telemetry before it is encoded: a story is what a few agent processes send over some minutes. It is encoded once; for
 * every sending the ids and times are patched, so the model says which texts are different in each sending.
 */

/** Text that is different in each sending: the 16 hex digits of the sending's word stand between the two parts. */
export interface UniqueText {
  readonly before: string;
  readonly after: string;
}

/** A value of an attribute. A whole number is an `int_value`. */
export type ModelValue = string | number | boolean | UniqueText | { readonly double: number } | readonly string[];

/** Attributes in their order. */
export type ModelAttributes = readonly (readonly [key: string, value: ModelValue])[];

/** Resource and scope, shared by many items. */
export interface ModelOrigin {
  readonly resource: ModelAttributes;
  readonly scope: string;
  readonly scopeVersion: string;
}

interface ModelItem {
  /** Index into `Story.origins`. */
  readonly origin: number;
  readonly attributes: ModelAttributes;
}

/** A span. Times are nanoseconds after the begin of the story; ids are numbers within the story. */
export interface ModelSpan extends ModelItem {
  readonly trace: number;
  readonly id: number;
  readonly parent: number | undefined;
  readonly name: string;
  /** 1 internal, 3 client. */
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly message: string;
  readonly events: readonly { readonly at: number; readonly name: string; readonly attributes: ModelAttributes }[];
  /** Index into `Story.calls` of the model call that the span reports. */
  readonly call: number | undefined;
}

/** A log record of a span. */
export interface ModelLog extends ModelItem {
  readonly trace: number;
  readonly span: number;
  readonly at: number;
  readonly eventName: string;
  readonly body: string;
  readonly call: number | undefined;
}

/** A point of a counter with delta temporality. */
export interface ModelPoint extends ModelItem {
  readonly metric: string;
  readonly unit: string;
  readonly start: number;
  readonly at: number;
  readonly value: number;
}

/** What one model call comes to, however many layers report it: what a ledger must find. */
export interface ModelCallFacts {
  readonly model: string;
  readonly start: number;
  readonly status: "ok" | "error";
  readonly uncachedInputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly outputTokens: number;
}

/** Everything that one cycle of one sender sends, each signal in the order in which it is exported. */
export interface Story {
  readonly origins: readonly ModelOrigin[];
  readonly spans: readonly ModelSpan[];
  readonly logs: readonly ModelLog[];
  readonly points: readonly ModelPoint[];
  readonly calls: readonly ModelCallFacts[];
  readonly traces: number;
  /** From the first start to the last end, in nanoseconds. */
  readonly duration: number;
}
