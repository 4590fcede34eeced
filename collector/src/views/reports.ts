/** Running a report: its parameters checked, its text asked, its columns explained. */
import type { ReportDescription, Table } from "@phasewise/api";
import type { Store } from "../store/store.ts";
import type { ReportFile } from "./catalogue.ts";
import { readParameters, type RawParameters } from "./parameters.ts";
import { toTable } from "./table.ts";

/** How far a report may go, and which time it is. */
export interface ReportLimits {
  readonly timeoutMs: number;
  readonly maxRows: number;
  /** What `now` and spans of time count from; the clock when it is not given. */
  readonly now?: Date;
}

/** Runs a report. Throws `PARAMETER_INVALID` when a parameter is unknown or not what was expected. */
export async function runReport(
  store: Store,
  report: ReportFile,
  rawParameters: RawParameters,
  limits: ReportLimits,
): Promise<Table> {
  const parameters = readParameters(report.parameters, rawParameters, limits.now ?? new Date());
  const bound = Object.fromEntries(Object.entries(parameters).filter(([name]) => report.bound.has(name)));
  const result = await store.query(report.sql, {
    parameters: bound,
    timeoutMs: limits.timeoutMs,
    maxRows: limits.maxRows,
  });
  return toTable(result, { report: report.name, parameters, comments: report.columns });
}

/** What people are told of a report. */
export function describeReport(report: ReportFile): ReportDescription {
  return { name: report.name, title: report.title, comment: report.comment, parameters: [...report.parameters] };
}
