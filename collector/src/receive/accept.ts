import type { Encoding, Signal } from "../decode/otlp.ts";

/** One request body as it came in, decompressed. */
export interface AcceptRequest {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly body: Uint8Array;
  /** The peer's address. */
  readonly sender: string;
  /** When the body was complete, in nanoseconds since 1970. */
  readonly receivedUnixNano: bigint;
}

/** What became of a request: items taken and refused, with the reasons for the sender. */
export interface Accepted {
  readonly accepted: number;
  readonly rejected: number;
  readonly reasons: readonly string[];
}

/** Takes a request; resolves when it is durable. What it throws is what the sender is answered. */
export type Accept = (request: AcceptRequest) => Promise<Accepted>;
