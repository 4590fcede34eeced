import { Type, type Static } from "typebox";
import { Column } from "./table.ts";

/** A documented view that SQL can ask. */
export const ViewDescription = Type.Object({
  name: Type.String(),
  /** What one row is. */
  comment: Type.String(),
  columns: Type.Array(Column),
});
export type ViewDescription = Static<typeof ViewDescription>;

/** Answer of `GET /api/views`. */
export const ViewList = Type.Object({ views: Type.Array(ViewDescription) });
export type ViewList = Static<typeof ViewList>;
