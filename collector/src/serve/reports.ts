/** Reports over HTTP: which there are, and each of them run. */
import { ReportList, Table } from "@phasewise/api";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { findReport } from "../views/catalogue.ts";
import { describeReport, runReport } from "../views/reports.ts";
import { limitsOf, type ApiContext } from "./context.ts";
import { readTableQuery, sendTable } from "./query.ts";

/** `GET /api/reports` and `GET /api/reports/:name`. */
export function reportRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get("/api/reports", { schema: { response: { 200: ReportList } } }, async () => ({
    reports: context.catalogue.reports.map(describeReport),
  }));
  app.get<{ Params: { name: string } }>(
    "/api/reports/:name",
    { schema: { params: Type.Object({ name: Type.String() }), response: { 200: Table } } },
    async (request, reply) => {
      const report = findReport(context.catalogue, request.params.name);
      const query = readTableQuery(request);
      const table = await runReport(context.store, report, query.parameters, limitsOf(context.config));
      return sendTable(reply, table, query.format);
    },
  );
}
