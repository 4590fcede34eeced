/**
 * The second contract between normalise and store. A call can be told only when all its reports are seen together, and a
 * phase only when the ancestors are, in whatever order they come. So the store gathers what belongs together
 * (`Touched`), the pure function `settle` decides (`Settlement`), and the store writes that down, in one transaction.
 */
import type { CallReading, Labels, SpanOperation, TokenBuckets } from "./records.ts";

/** What settling needs to know of a span. `labels` are the span's own, never inherited ones. */
export interface SpanSkeleton {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly operation: SpanOperation;
  readonly startedUnixNano: bigint;
  readonly labels: Labels;
}

/** One stored report of a call. `evidenceId` is `span:<trace>/<span>` or `log:<log id>`. */
export interface Evidence {
  readonly evidenceId: string;
  readonly dialect: string;
  readonly service: string | undefined;
  /** Empty when the report belongs to no trace. */
  readonly traceId: string;
  /** For a span its own id, for a log record the id of the span it was written in. */
  readonly spanId: string;
  readonly source: "span" | "log";
  readonly labels: Labels;
  readonly reading: CallReading;
}

/**
 * All that may change together: every span of every touched trace, and every piece of evidence that shares a
 * trace, a provider request id, a message id or a client request id with another one here.
 */
export interface Touched {
  readonly spans: readonly SpanSkeleton[];
  readonly evidence: readonly Evidence[];
}

/** One logical request to a model provider: a row of `model_calls`. */
export interface ModelCall {
  /** `req:...`, `msg:...`, `client:...` or `span:<trace>/<span>`: the same whatever the order of arrival. */
  readonly callKey: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly labels: Labels;
  readonly service: string | undefined;
  readonly provider: string | undefined;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  /** Canonical model id, or what was reported when it is not known. */
  readonly model: string | undefined;
  readonly startedUnixNano: bigint;
  readonly endedUnixNano: bigint;
  readonly ttftMs: number | undefined;
  readonly status: "ok" | "error" | "cancelled";
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
  readonly attempts: number | undefined;
  readonly finishReason: string | undefined;
  readonly tokens: TokenBuckets;
  readonly webSearchRequests: number | undefined;
  readonly serviceTier: string | undefined;
  readonly speed: string | undefined;
  readonly inferenceGeo: string | undefined;
  readonly scope: "call" | "aggregate";
  /** Computed cost in 1e-12 USD; undefined when no price is known. */
  readonly costPicoUsd: bigint | undefined;
  readonly costReportedPicoUsd: bigint | undefined;
  /** The price row used, e.g. `anthropic/claude-sonnet-5-5@2026-10-07`. */
  readonly priceId: string | undefined;
  /** Why there is no price, in words; undefined when there is one or nothing to price. */
  readonly unpricedReason: string | undefined;
  /** Dialects that reported the call, sorted. */
  readonly layers: readonly string[];
  /** The dialect whose tokens count. */
  readonly countedFrom: string;
  /** What the layers disagree on, one short sentence each, sorted. */
  readonly disagreements: readonly string[];
  /** What was odd about the numbers, sorted. */
  readonly notes: readonly string[];
}

/** What the price of a call depends on. */
export type PriceableCall = Pick<
  ModelCall,
  | "provider"
  | "requestModel"
  | "responseModel"
  | "startedUnixNano"
  | "status"
  | "scope"
  | "tokens"
  | "webSearchRequests"
  | "serviceTier"
  | "speed"
  | "inferenceGeo"
>;

/** What a call costs and by which price, or why that is not known. */
export type CallPrice = Pick<ModelCall, "costPicoUsd" | "priceId" | "unpricedReason">;

/** Prices a call, by whatever prices hold today. */
export type PriceCall = (call: PriceableCall) => CallPrice;

/** Labels of a span or log record after inheritance. */
export interface SettledSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly labels: Labels;
}

export interface Settlement {
  /** Every span of `Touched.spans` with its settled labels. */
  readonly spans: readonly SettledSpan[];
  /** The calls that all of `Touched.evidence` makes; they replace whatever that evidence made before. */
  readonly calls: readonly ModelCall[];
  /** Which call each piece of evidence belongs to, and whether the call's tokens are its. */
  readonly evidence: ReadonlyMap<string, { readonly callKey: string; readonly counted: boolean }>;
}

/** Decides; pure, and independent of the order of its input. */
export type Settle = (touched: Touched) => Settlement;
