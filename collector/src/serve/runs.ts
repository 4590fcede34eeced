/** Runs: the list, and everything that happened in one of them. */
import { RunDetail, Table } from "@phasewise/api";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { PhasewiseError } from "../errors.ts";
import { findReport } from "../views/catalogue.ts";
import { runReport } from "../views/reports.ts";
import { toTable } from "../views/table.ts";
import { limitsOf, type ApiContext } from "./context.ts";
import { readTableQuery, sendTable } from "./query.ts";

/** The report behind `GET /api/runs`. */
const RUN_LIST = "recent_runs";

/** `GET /api/runs` (filters: those of the report `recent_runs`) and `GET /api/runs/:id`. */
export function runRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get("/api/runs", { schema: { response: { 200: Table } } }, async (request, reply) => {
    const query = readTableQuery(request);
    const report = findReport(context.catalogue, RUN_LIST);
    const table = await runReport(context.store, report, query.parameters, limitsOf(context.config));
    return sendTable(reply, table, query.format);
  });
  app.get<{ Params: { id: string } }>(
    "/api/runs/:id",
    { schema: { params: Type.Object({ id: Type.String() }), response: { 200: RunDetail } } },
    (request) => readRun(context, request.params.id),
  );
}

async function readRun(context: ApiContext, runId: string): Promise<RunDetail> {
  const run = await rowsOfRun(context, "runs", runId);
  if (run.rows.length === 0) {
    throw new PhasewiseError("RUN_UNKNOWN", `There is no run "${runId.slice(0, 100)}"; GET /api/runs lists them.`);
  }
  const [phases, agents, modelCalls, toolCalls] = await Promise.all([
    rowsOfRun(context, "phases", runId),
    rowsOfRun(context, "agents", runId),
    rowsOfRun(context, "model_calls", runId),
    rowsOfRun(context, "tool_calls", runId),
  ]);
  return { run, phases, agents, modelCalls, toolCalls };
}

type RunView = "runs" | "phases" | "agents" | "model_calls" | "tool_calls";

async function rowsOfRun(context: ApiContext, view: RunView, runId: string): Promise<Table> {
  const parameters = { run_id: runId };
  const sql = `select * from ${view} where run_id = $run_id order by started_at, span_id`;
  const result = await context.store.query(sql, { parameters, ...limitsOf(context.config) });
  const comments = context.catalogue.views.find((candidate) => candidate.name === view)?.columns ?? new Map();
  return toTable(result, { report: view, parameters, comments });
}
