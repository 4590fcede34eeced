/** The documented views, as the engine itself describes them. */
import { ViewList, type ViewDescription } from "@phasewise/api";
import type { FastifyInstance } from "fastify";
import { unitOf } from "../views/units.ts";
import { toCell } from "./formats/cells.ts";
import { limitsOf, type ApiContext } from "./context.ts";

/** `GET /api/views`. */
export function viewRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get("/api/views", { schema: { response: { 200: ViewList } } }, async () => readViews(context));
}

async function readViews(context: ApiContext): Promise<ViewList> {
  const result = await context.store.query(
    "select view_name, column_name, column_type, column_comment, view_comment from view_columns order by view_name, column_number",
    limitsOf(context.config),
  );
  const known = new Set(context.catalogue.views.map((view) => view.name));
  const views = new Map<string, ViewDescription>();
  for (const [view, column, type, comment, meaning] of result.rows.map((row) => row.map(toCell))) {
    if (view === undefined || column === undefined || !known.has(view)) continue;
    const description = views.get(view) ?? { name: view, comment: meaning ?? "", columns: [] };
    description.columns.push({ name: column, type: type ?? "", unit: unitOf(column), comment: comment || null });
    views.set(view, description);
  }
  return { views: [...views.values()] };
}
