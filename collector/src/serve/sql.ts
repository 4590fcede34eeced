/** Foreign SQL over HTTP; the store decides what is allowed. */
import { SqlRequest, Table } from "@phasewise/api";
import type { FastifyInstance } from "fastify";
import { toTable } from "../views/table.ts";
import { limitsOf, type ApiContext } from "./context.ts";
import { readTableQuery, sendTable } from "./query.ts";

/** `POST /api/sql` with `{"sql", "parameters"}`. */
export function sqlRoutes(app: FastifyInstance, context: ApiContext): void {
  app.post<{ Body: SqlRequest }>(
    "/api/sql",
    { schema: { body: SqlRequest, response: { 200: Table } } },
    async (request, reply) => {
      const { format } = readTableQuery(request);
      const parameters = request.body.parameters ?? {};
      const result = await context.store.queryForeign(request.body.sql, { parameters, ...limitsOf(context.config) });
      return sendTable(reply, toTable(result, { report: "sql", parameters, comments: new Map() }), format);
    },
  );
}
