import { Type, type Static } from "typebox";

/** Answer of `GET /health/ready`: 200 when everything acknowledged so far can be queried, else 503. */
export const Ready = Type.Object({
  ready: Type.Boolean(),
  /** Journal position of the last acknowledged request, as text. */
  acknowledged: Type.String(),
  /** Journal position that queries see, as text. */
  loaded: Type.String(),
});
export type Ready = Static<typeof Ready>;
