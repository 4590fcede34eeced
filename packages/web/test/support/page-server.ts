import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Table } from "@phasewise/api";
import { emptied, LOST, RECENT, REPORTS, RUNNING } from "./documents.ts";

/** What the collector is like; a test may change it while the page is open. */
type Scenario = "full" | "empty" | "nothing-ever" | "token" | "broken" | "behind" | "down";

/** The token of the `token` scenario. */
export const TOKEN = "correct horse";

/** A real server of the built page and of realistic answers, as strict as the collector about content. */
export interface PageServer {
  readonly url: string;
  scenario: Scenario;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Starts it on a free port. */
export async function startPageServer(dist: string): Promise<PageServer> {
  const state: { scenario: Scenario } = { scenario: "full" };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://page");
    const isData = url.pathname.startsWith("/api/") || url.pathname.startsWith("/health/");
    if (state.scenario === "down" && isData) request.socket.destroy();
    else if (isData) answer(state.scenario, url, request.headers.authorization, response);
    else void serveFile(dist, url.pathname, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get scenario() {
      return state.scenario;
    },
    set scenario(scenario) {
      state.scenario = scenario;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serveFile(dist: string, path: string, response: ServerResponse): Promise<void> {
  const file = join(dist, normalize(path === "/" ? "/index.html" : path));
  try {
    const body = await readFile(file);
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-security-policy": POLICY,
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

function answer(scenario: Scenario, url: URL, authorization: string | undefined, response: ServerResponse): void {
  if (url.pathname === "/health/ready") {
    const acknowledged = scenario === "nothing-ever" ? "0" : "4812";
    const ready = scenario !== "behind";
    send(response, ready ? 200 : 503, { ready, acknowledged, loaded: ready ? acknowledged : "4790" });
  } else if (scenario === "token" && authorization !== `Bearer ${TOKEN}`) {
    problem(response, 401, "UNAUTHORIZED", "A bearer token is required.");
  } else if (scenario === "broken" && url.pathname.endsWith("agent_report")) {
    problem(response, 504, "QUERY_TIMEOUT", "The query ran longer than 30000 ms; narrow the window.");
  } else {
    const table = tableFor(url);
    if (table === undefined) problem(response, 404, "NOT_FOUND", "There is nothing at this path.");
    else send(response, 200, scenario === "empty" || scenario === "nothing-ever" ? emptied(table) : table);
  }
}

function tableFor(url: URL): Table | undefined {
  if (url.pathname === "/api/runs") {
    const status = url.searchParams.get("status");
    if (status === "running") return RUNNING;
    return status === "lost" ? LOST : RECENT;
  }
  return REPORTS[url.pathname.replace("/api/reports/", "")];
}

function problem(response: ServerResponse, status: number, code: string, detail: string): void {
  response.setHeader("content-type", "application/problem+json");
  response.writeHead(status).end(JSON.stringify({ type: "about:blank", title: code, status, code, detail }));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.setHeader("content-type", "application/json");
  response.writeHead(status).end(JSON.stringify(body));
}
