import { type AddressInfo, connect } from "node:net";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Problem, ReportList, RunDetail, Table, ViewList } from "@phasewise/api";
import { SEEDED } from "../../test/support/seeded-rows.ts";
import { insertIntoFile, SQL_FOLDER } from "../../test/support/sql-database.ts";
import { openDuckDbStore } from "../store/duckdb/open.ts";
import type { Store } from "../store/store.ts";
import { type Catalogue, readCatalogue } from "../views/catalogue.ts";
import { viewStatements } from "../views/statements.ts";
import { type ApiServerOptions, createApiServer } from "./api-server.ts";

const WINDOW = "since=2026-11-20&until=2026-11-20T12:00";
const HOST = { host: "127.0.0.1:4319" };

let folder: string;
let store: Store;
let catalogue: Catalogue;
const apps: FastifyInstance[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phasewise-api-"));
  const options = { file: join(folder, "test.duckdb"), sqlFolder: SQL_FOLDER, memoryLimit: "256MB" };
  await (await openDuckDbStore(options)).close();
  await insertIntoFile(options.file, SEEDED);
  store = await openDuckDbStore(options);
  catalogue = await readCatalogue(SQL_FOLDER, store.engine);
  await store.applyViews(viewStatements(catalogue));
  await mkdir(join(folder, "web", "assets"), { recursive: true });
  await writeFile(join(folder, "web", "index.html"), "<!doctype html><title>Phasewise</title>");
  await writeFile(join(folder, "web", "assets", "index-Ab3dEf7h.js"), "export {};");
});
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

function server(options: Partial<ApiServerOptions> & { readonly token?: string } = {}): FastifyInstance {
  const app = createApiServer({
    store,
    catalogue,
    ready: async () => ({ ready: true, acknowledged: "7", loaded: "7" }),
    config: {
      host: "127.0.0.1",
      token: options.token ?? "",
      allowedHosts: "",
      queryTimeoutMs: 10_000,
      queryMaxRows: 1000,
    },
    webFolder: join(folder, "web"),
    logger: pino({ level: "silent" }),
    ...options,
  });
  apps.push(app);
  return app;
}

test("a report is JSON with columns explained and every digit of its money", async () => {
  const reply = await server().inject({ url: `/api/reports/phase_report?${WINDOW}`, headers: HOST });

  expect(reply.statusCode).toBe(200);
  expect(reply.headers).toMatchObject({
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
  });
  expect(reply.body).toContain('"cost_usd":0.250000000001');
  const table = reply.json<Table>();
  expect(table).toMatchObject({ report: "phase_report", truncated: false, parameters: { tz: "UTC", phase: null } });
  expect(table.columns.find((column) => column.name === "duration_ms")).toMatchObject({ type: "DOUBLE", unit: "ms" });
  expect(table.rows[0]).toMatchObject({ phase: "plan", entries: 2, first_seen_at: "2026-11-20T10:00:00.000Z" });
});

test("a report can be had as CSV, Markdown and NDJSON, by parameter or by Accept header", async () => {
  const app = server();
  const url = `/api/reports/model_report?${WINDOW}`;

  const csv = await app.inject({ url: `${url}&format=csv`, headers: HOST });
  const markdown = await app.inject({ url, headers: { ...HOST, accept: "text/markdown" } });
  const ndjson = await app.inject({ url: `${url}&format=ndjson`, headers: HOST });

  expect(csv.headers["content-type"]).toBe("text/csv; charset=utf-8");
  expect(csv.body.split("\r\n")[1]).toMatch(/^claude-y,1,1,100,300,0,7,0,407,/);
  expect(markdown.headers["content-type"]).toBe("text/markdown; charset=utf-8");
  expect(markdown.body).toMatch(/^\| model \|/);
  expect(ndjson.body.split("\n")[0]).toMatch(/^\{"model":"claude-y"/);
});

test("the reports tell their parameters", async () => {
  const { reports } = (await server().inject({ url: "/api/reports", headers: HOST })).json<ReportList>();

  expect(reports.map((report) => report.name)).toEqual(
    expect.arrayContaining(["agent_report", "iteration_performance"]),
  );
  expect(reports.find((report) => report.name === "phase_report")?.parameters[0]).toEqual({
    name: "since",
    type: "timestamp",
    default: "30d",
    comment: expect.stringContaining("90m, 24h or 7d"),
  });
});

test("the runs are listed and filtered, and one is told with everything in it", async () => {
  const app = server();

  const all = (await app.inject({ url: "/api/runs", headers: HOST })).json<Table>();
  const one = (await app.inject({ url: "/api/runs?status=succeeded&limit=1", headers: HOST })).json<Table>();
  const detail = await app.inject({ url: "/api/runs/run-7", headers: HOST });

  expect(all.rows.map((row) => row["run_id"])).toEqual(["run-7", "run-6"]);
  expect(one.rows.map((row) => row["run_id"])).toEqual(["run-7"]);
  const { run, phases, agents, modelCalls, toolCalls } = detail.json<RunDetail>();
  expect(run.rows[0]).toMatchObject({ run_id: "run-7", model_calls: 3, git_commit: "abc" });
  expect([phases.rows.length, agents.rows.length, modelCalls.rows.length, toolCalls.rows.length]).toEqual([3, 1, 3, 0]);
  expect(run.columns.every((column) => column.comment !== null)).toBe(true);
  expect(detail.body).toContain('"cost_usd":0.250000000001');
});

test("the views are described as the engine knows them", async () => {
  const { views } = (await server().inject({ url: "/api/views", headers: HOST })).json<ViewList>();

  expect(views.map((view) => view.name)).toEqual(catalogue.views.map((view) => view.name).toSorted());
  expect(views.find((view) => view.name === "model_calls")?.columns[0]).toMatchObject({
    name: "call_key",
    type: "VARCHAR",
  });
  expect(views.flatMap((view) => view.columns).filter((column) => column.comment === null)).toEqual([]);
});

test("SQL is answered with parameters bound, exact numbers and no column lost", async () => {
  const reply = await server().inject({
    method: "POST",
    url: "/api/sql",
    headers: HOST,
    payload: {
      sql: "select $a as a, $b as a, 9007199254740993 as big, 0.1::decimal(18, 12) as d, 'x' = $c as same",
      parameters: { a: "7", b: 7, c: "x" },
    },
  });

  expect(reply.statusCode).toBe(200);
  expect(reply.body).toContain('"rows":[{"a":"7","a_2":7,"big":9007199254740993,"d":0.1,"same":true}]');
});

test("every documented view answers foreign SQL", async () => {
  const app = server();

  const replies = await Promise.all(
    catalogue.views.map(({ name }) =>
      app.inject({
        method: "POST",
        url: "/api/sql",
        headers: HOST,
        payload: { sql: `select count(*) as n from ${name}` },
      }),
    ),
  );

  expect(replies.map((reply) => reply.statusCode)).toEqual(catalogue.views.map(() => 200));
});

test.each([
  ["GET", "/api/reports/no_report", undefined, 404, "REPORT_UNKNOWN"],
  ["GET", "/api/reports/..%2F..%2Fviews%2Fruns", undefined, 404, "REPORT_UNKNOWN"],
  ["GET", "/api/reports/phase_report?since=soon", undefined, 400, "PARAMETER_INVALID"],
  ["GET", "/api/reports/phase_report?phases=plan", undefined, 400, "PARAMETER_INVALID"],
  ["GET", "/api/reports/phase_report?phase=a&phase=b", undefined, 400, "PARAMETER_INVALID"],
  ["GET", "/api/reports/phase_report?format=xlsx", undefined, 400, "PARAMETER_INVALID"],
  ["GET", "/api/runs/no-run", undefined, 404, "RUN_UNKNOWN"],
  ["GET", "/api/nothing", undefined, 404, "NOT_FOUND"],
  ["GET", "/api/sql", undefined, 405, "METHOD_NOT_ALLOWED"],
  ["POST", "/api/sql", "{", 400, "BODY_UNDECODABLE"],
  ["POST", "/api/sql", '{"sql":""}', 400, "PARAMETER_INVALID"],
  ["POST", "/api/sql", '{"sql":"select 1","more":1}', 400, "PARAMETER_INVALID"],
  ["POST", "/api/sql", '{"sql":1}', 400, "PARAMETER_INVALID"],
  ["POST", "/api/sql", '{"sql":"drop view runs"}', 403, "SQL_NOT_ALLOWED"],
  ["POST", "/api/sql", '{"sql":"select nothing"}', 400, "SQL_FAILED"],
] as const)("%s %s with %s is a problem with status %i and code %s", async (method, url, payload, status, code) => {
  const headers = payload === undefined ? HOST : { ...HOST, "content-type": "application/json" };
  const reply = await server().inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });

  expect(reply.headers["content-type"]).toMatch(/^application\/problem\+json/);
  expect(reply.json<Problem>()).toMatchObject({
    type: "about:blank",
    status,
    code,
    detail: expect.stringMatching(/.{5}/),
  });
  expect(reply.statusCode).toBe(status);
});

test("a cut result says so in every format", async () => {
  const config = { host: "127.0.0.1", token: "", allowedHosts: "", queryTimeoutMs: 10_000, queryMaxRows: 2 };
  const app = server({ config });
  const ask = async (format: string, rows: number): Promise<unknown> => {
    const payload = { sql: `select * from range(${rows})` };
    const reply = await app.inject({ method: "POST", url: `/api/sql?format=${format}`, headers: HOST, payload });
    return reply.headers["x-truncated"];
  };

  for (const format of ["json", "csv", "markdown", "ndjson"]) {
    expect([format, await ask(format, 2), await ask(format, 3)]).toEqual([format, "false", "true"]);
  }
});

test("a struct that looks like a decimal is a struct", async () => {
  const payload = { sql: "select {'decimal': '1.5'} as s, {'decimal': 1.5} as t" };
  const reply = await server().inject({ method: "POST", url: "/api/sql", headers: HOST, payload });

  expect(reply.body).toContain('"rows":[{"s":{"decimal":"1.5"},"t":{"decimal":1.5}}]');
});

/** What comes back for bytes that need not be HTTP. */
async function answerTo(app: FastifyInstance, request: string): Promise<string> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test.each([
  [
    "a method that HTTP does not know",
    "FETCH /api/runs HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    405,
    "METHOD_NOT_ALLOWED",
  ],
  ["a method that nothing answers to", "PROPFIND /api/runs HTTP/1.1\r\n", 405, "METHOD_NOT_ALLOWED"],
  ["a method that nothing answers to", "DELETE /api/runs HTTP/1.1\r\n", 405, "METHOD_NOT_ALLOWED"],
  ["no HTTP", "GET / HELLO\r\n\r\n", 400, "REQUEST_INVALID"],
  ["too many headers", `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 400, "REQUEST_INVALID"],
  ["a broken escape", "GET /api/reports/%zz HTTP/1.1\r\n", 400, "REQUEST_INVALID"],
  ["an id that is too long", `GET /api/runs/${"x".repeat(5000)} HTTP/1.1\r\n`, 404, "NOT_FOUND"],
  ["a null byte", "GET /api/%00 HTTP/1.1\r\n", 404, "NOT_FOUND"],
  ["a path out of the folder", "GET /../../%2e%2e/etc/passwd HTTP/1.1\r\n", 404, "NOT_FOUND"],
  ["a long id that is no run's", `GET /api/runs/${"x".repeat(500)} HTTP/1.1\r\n`, 404, "RUN_UNKNOWN"],
])("%s is a problem document", async (_what, start, status, code) => {
  const request = start.endsWith("\r\n\r\n") ? start : `${start}Host: 127.0.0.1\r\nConnection: close\r\n\r\n`;
  const [head = "", body = ""] = (await answerTo(server(), request)).split("\r\n\r\n");

  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toMatch(/^content-type: application\/problem\+json/im);
  expect(JSON.parse(body)).toMatchObject({ status, code, detail: expect.stringMatching(/.{5}/) });
});

test("SQL in a form or as plain text is refused", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const headers = { ...HOST, "content-type": type };
    const reply = await server().inject({ method: "POST", url: "/api/sql", headers, payload: '{"sql":"select 1"}' });

    expect(reply.json<Problem>()).toMatchObject({ status: 415, code: "CONTENT_TYPE_UNSUPPORTED" });
  }
});

test("an unforeseen error tells nothing of itself", async () => {
  const app = server({ ready: () => Promise.reject(new Error("secret path /x")) });

  const reply = await app.inject({ url: "/health/ready", headers: HOST });

  expect(reply.json<Problem>()).toMatchObject({ status: 500, code: "INTERNAL" });
  expect(reply.body).not.toContain("secret");
});

test("health is 503 until everything acknowledged can be queried", async () => {
  const app = server({ ready: async () => ({ ready: false, acknowledged: "9", loaded: "7" }) });

  const ready = await app.inject({ url: "/health/ready", headers: HOST });
  const live = await app.inject({ url: "/health/live", headers: HOST });

  expect([ready.statusCode, ready.json()]).toEqual([503, { ready: false, acknowledged: "9", loaded: "7" }]);
  expect(live.statusCode).toBe(200);
  expect((await server().inject({ url: "/health/ready", headers: HOST })).statusCode).toBe(200);
});

test("the status is what the collector says of itself", async () => {
  const app = server({ status: async () => ({ spans: 12n }) });

  expect((await app.inject({ url: "/api/status", headers: HOST })).body).toBe('{"spans":12}');
  expect((await server().inject({ url: "/api/status", headers: HOST })).statusCode).toBe(404);
});

test("the page is open, the API asks for the token, whatever the path is dressed as", async () => {
  const app = server({ token: "s3cret" });
  const status = async (url: string, headers: Record<string, string> = {}): Promise<number> =>
    (await app.inject({ url, headers: { ...HOST, ...headers } })).statusCode;

  expect(await status("/")).toBe(200);
  expect(await status("/health/live")).toBe(200);
  const disguises = ["/api/reports", "/%61pi/reports", "/api%2Freports", "/API/reports", "//api/reports"];
  expect(await Promise.all(disguises.map((url) => status(url)))).toEqual(disguises.map(() => 401));
  expect(await status("/api/reports", { authorization: "Bearer s3cret" })).toBe(200);
});

test("a foreign page and a foreign host name are refused", async () => {
  const app = server();

  const origin = await app.inject({ url: "/api/reports", headers: { ...HOST, origin: "https://evil.example" } });
  const rebound = await app.inject({ url: "/api/reports", headers: { host: "evil.example" } });

  expect(origin.json<Problem>()).toMatchObject({ status: 403, code: "ORIGIN_NOT_ALLOWED" });
  expect(rebound.json<Problem>()).toMatchObject({ status: 421, code: "HOST_NOT_ALLOWED" });
});

test("the page's files come with a strict policy; only names that carry their hash are cached", async () => {
  const app = server();

  const page = await app.inject({ url: "/", headers: HOST });
  const script = await app.inject({ url: "/assets/index-Ab3dEf7h.js", headers: HOST });
  const deep = await app.inject({ url: "/runs/run-7", headers: { ...HOST, accept: "text/html" } });
  const missing = await app.inject({ url: "/assets/none.js", headers: HOST });

  expect(page.headers["cache-control"]).toBe("no-store");
  expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(script.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect([deep.statusCode, deep.body]).toEqual([200, page.body]);
  expect(missing.json<Problem>()).toMatchObject({ status: 404, code: "NOT_FOUND" });
});

test("without a built page there is only the API", async () => {
  const reply = await server({ webFolder: undefined }).inject({ url: "/", headers: { ...HOST, accept: "text/html" } });

  expect(reply.json<Problem>()).toMatchObject({ status: 404, code: "NOT_FOUND" });
});
