import { Type, type Static } from "typebox";

/** The one error body of the HTTP API (RFC 9457, `application/problem+json`). */
export const Problem = Type.Object({
  type: Type.Literal("about:blank"),
  title: Type.String(),
  status: Type.Integer(),
  /** Stable code of `docs/errors.md`. */
  code: Type.String(),
  /** What was expected, what came, what to do. */
  detail: Type.String(),
});
export type Problem = Static<typeof Problem>;
