import { Type, type Static } from "typebox";
import { Table } from "./table.ts";

/** Answer of `GET /api/runs/{id}`: the run and what happened in it, as tables. */
export const RunDetail = Type.Object({
  run: Table,
  phases: Table,
  agents: Table,
  modelCalls: Table,
  toolCalls: Table,
});
export type RunDetail = Static<typeof RunDetail>;
