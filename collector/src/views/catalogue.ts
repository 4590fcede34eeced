/** The SQL files as the program knows them: functions and views to apply, reports to run. Read once, at start. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReportParameter } from "@phasewise/api";
import { PhasewiseError } from "../errors.ts";
import { all, type Header, names, readHeader, readParameter, single } from "./header.ts";
import { inOrder } from "./order.ts";
import { parametersIn, splitStatements } from "./sql-text.ts";

/** A file of `<engine>/functions`: one of the few differences between engines. */
interface FunctionFile {
  readonly name: string;
  readonly statements: readonly string[];
}

/** A file of `views`. */
interface ViewFile {
  readonly name: string;
  /** What one row is, for people. */
  readonly comment: string;
  readonly grain: string;
  /** Tables and views that it selects from. */
  readonly reads: readonly string[];
  /** Meaning of each column, in the order of the comments. */
  readonly columns: ReadonlyMap<string, string>;
  /** The view itself, then its comments. */
  readonly statements: readonly string[];
}

/** A file of `reports`. */
export interface ReportFile {
  readonly name: string;
  readonly title: string;
  readonly comment: string;
  readonly grain: string;
  readonly reads: readonly string[];
  readonly parameters: readonly ReportParameter[];
  /** Meaning of each column. */
  readonly columns: ReadonlyMap<string, string>;
  /** Parameters that the text names: the others shape the ones that it does (`tz` the times). */
  readonly bound: ReadonlySet<string>;
  readonly sql: string;
}

/** Everything in the SQL folder, checked; views in the order in which they can be made. */
export interface Catalogue {
  readonly functions: readonly FunctionFile[];
  readonly views: readonly ViewFile[];
  readonly reports: readonly ReportFile[];
}

/** Reads the SQL folder for one engine. Throws `VIEW_INVALID` with the file and the rule that it breaks. */
export async function readCatalogue(sqlFolder: string, engine: string): Promise<Catalogue> {
  const functions = (await readFiles(join(sqlFolder, engine, "functions"))).map(({ name, text }) => ({
    name,
    statements: splitStatements(text),
  }));
  const tables = (await readFiles(join(sqlFolder, engine, "migrations"))).flatMap(({ text }) => tablesIn(text));
  const views = inOrder(
    (await readFiles(join(sqlFolder, "views"))).map(({ name, text }) => toView(name, text)),
    tables,
  );
  const viewByName = new Map(views.map((view) => [view.name, view]));
  const reports = (await readFiles(join(sqlFolder, "reports"))).map(({ name, text }) =>
    toReport(name, text, viewByName),
  );
  for (const report of reports) {
    for (const name of report.reads) {
      if (!viewByName.has(name) && !tables.includes(name)) {
        throw new PhasewiseError("VIEW_INVALID", `reports/${report.name}.sql reads ${name}, which does not exist.`);
      }
    }
  }
  return { functions, views, reports };
}

/** The report of that name, or `REPORT_UNKNOWN`. */
export function findReport(catalogue: Catalogue, name: string): ReportFile {
  const report = catalogue.reports.find((candidate) => candidate.name === name);
  if (report !== undefined) return report;
  const known = catalogue.reports.map((candidate) => candidate.name).join(", ");
  throw new PhasewiseError("REPORT_UNKNOWN", `Expected one of ${known}; got "${name.slice(0, 100)}".`);
}

interface SqlFile {
  readonly name: string;
  readonly text: string;
}

async function readFiles(folder: string): Promise<readonly SqlFile[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -".sql".length),
      text: await readFile(join(folder, file), "utf8"),
    })),
  );
}

function tablesIn(text: string): readonly string[] {
  return [...text.matchAll(/^create table (?:if not exists )?([a-z_]+)/gm)].map((match) => match[1] ?? "");
}

function toView(name: string, text: string): ViewFile {
  const file = `views/${name}.sql`;
  const header = readHeader(text);
  const statements = splitStatements(header.body);
  if (!statements[0]?.startsWith(`create or replace view ${name} as`)) {
    throw new PhasewiseError("VIEW_INVALID", `${file}: expected "create or replace view ${name} as" after the header.`);
  }
  let comment: string | undefined;
  const columns = new Map<string, string>();
  for (const statement of statements.slice(1)) {
    const match = /^comment on (view|column) ([a-z_]+)(?:\.([a-z0-9_]+))? is '([\s\S]*)'$/.exec(statement);
    if (match === null || match[2] !== name || (match[1] === "column") !== (match[3] !== undefined)) {
      throw new PhasewiseError(
        "VIEW_INVALID",
        `${file}: expected only comments on ${name} and its columns after the view, got "${statement.slice(0, 80)}".`,
      );
    }
    const meaning = (match[4] ?? "").replaceAll("''", "'");
    if (match[3] === undefined) comment = meaning;
    else columns.set(match[3], meaning);
  }
  if (comment === undefined) {
    throw new PhasewiseError("VIEW_INVALID", `${file}: expected "comment on view ${name} is '...'", found none.`);
  }
  return {
    name,
    comment,
    grain: single(header, "grain", file),
    reads: names(single(header, "reads", file)),
    columns,
    statements,
  };
}

function toReport(name: string, text: string, views: ReadonlyMap<string, ViewFile>): ReportFile {
  const file = `reports/${name}.sql`;
  const header = readHeader(text);
  const statements = splitStatements(header.body);
  const [sql] = statements;
  if (sql === undefined || statements.length !== 1) {
    throw new PhasewiseError("VIEW_INVALID", `${file}: expected one statement, found ${statements.length}.`);
  }
  const parameters = all(header, "parameter").map((value) => readParameter(value, file));
  const declared = parameters.map((parameter) => parameter.name);
  if (new Set(declared).size !== declared.length) {
    throw new PhasewiseError("VIEW_INVALID", `${file}: a parameter is declared twice.`);
  }
  const bound = parametersIn(sql);
  for (const used of bound) {
    if (!declared.includes(used)) {
      throw new PhasewiseError(
        "VIEW_INVALID",
        `${file}: $${used} is used but no "-- parameter: ${used} ..." declares it.`,
      );
    }
  }
  return {
    name,
    title: single(header, "title", file),
    comment: header.lead,
    grain: single(header, "grain", file),
    reads: names(single(header, "reads", file)),
    parameters,
    columns: reportColumns(header, file, views),
    bound,
    sql,
  };
}

function reportColumns(
  header: Header,
  file: string,
  views: ReadonlyMap<string, ViewFile>,
): ReadonlyMap<string, string> {
  const columns = new Map<string, string>();
  for (const value of all(header, "columns")) {
    const view = views.get(value);
    if (view === undefined) {
      throw new PhasewiseError("VIEW_INVALID", `${file}: "-- columns: ${value}" names no view.`);
    }
    for (const [column, meaning] of view.columns) columns.set(column, meaning);
  }
  for (const value of all(header, "column")) {
    const match = /^([a-z0-9_]+): (.+)$/.exec(value);
    if (match === null) {
      throw new PhasewiseError("VIEW_INVALID", `${file}: expected "-- column: name: comment", got "${value}".`);
    }
    columns.set(match[1] ?? "", match[2] ?? "");
  }
  return columns;
}
