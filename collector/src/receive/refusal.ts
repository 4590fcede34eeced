import type { ErrorCode } from "../errors.ts";

/** Why a request was not taken: a code of ours, or what went wrong below them. */
export type RefusalReason =
  | ErrorCode
  /** The connection ended before the request did. */
  | "CUT_OFF"
  /** The bytes are not the protocol that the port speaks. */
  | "NOT_HTTP";

/** Told of each request that is refused, once, with what it was refused with. */
export type OnRefused = (reason: RefusalReason, error: unknown) => void;
