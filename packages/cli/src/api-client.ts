import type { Problem } from "@phasewise/api";
import { type CliContext } from "./context.ts";
import { CliError, EXIT, type ExitCode } from "./errors.ts";

/** Where the collector listens unless `PHASEWISE_URL` or `--url` say otherwise. */
export const DEFAULT_URL = "http://127.0.0.1:4319";

/** Query parameters; absent ones are left out. */
export type Query = Readonly<Record<string, string | undefined>>;

/** Talks to one collector; answers are JSON text as it came. */
export interface ApiClient {
  readonly baseUrl: string;
  get(path: string, query?: Query): Promise<string>;
  post(path: string, body: unknown): Promise<string>;
}

const TIMEOUT_MS = 120_000;

/** Codes for what the user typed rather than for what went wrong. */
const USAGE_CODES: ReadonlySet<string> = new Set(["PARAMETER_INVALID", "REPORT_UNKNOWN"]);

/** Makes a client from `--url`, `PHASEWISE_URL` and `PHASEWISE_TOKEN`. */
export function createClient(context: CliContext, urlFlag: string | undefined): ApiClient {
  const baseUrl = baseUrlOf(urlFlag ?? context.env["PHASEWISE_URL"] ?? DEFAULT_URL);
  const token = context.env["PHASEWISE_TOKEN"] ?? "";
  const authorization: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
  const request = async (path: string, init: RequestInit): Promise<string> => {
    const response = await reach(context, baseUrl, path, init);
    const text = await response.text();
    if (!response.ok) throw problemError(baseUrl, response.status, text);
    return text;
  };
  return {
    baseUrl,
    get: (path, query = {}) =>
      request(`${path}${queryText(query)}`, { headers: { accept: "application/json", ...authorization } }),
    post: (path, body) =>
      request(path, {
        method: "POST",
        headers: { accept: "application/json", "content-type": "application/json", ...authorization },
        body: JSON.stringify(body),
      }),
  };
}

/** Checks and shortens the base URL; one that is not http(s) is wrong usage. */
export function baseUrlOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CliError(
      EXIT.usage,
      `PHASEWISE_URL: expected an http(s) address, got "${text}".`,
      `Example: ${DEFAULT_URL}`,
    );
  }
  return text.replace(/\/+$/, "");
}

async function reach(context: CliContext, baseUrl: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await context.fetch(`${baseUrl}${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new CliError(
      EXIT.unreachable,
      `No collector answers at ${baseUrl} (${causeOf(error)}).`,
      "Start one with `phasewise serve`, or set PHASEWISE_URL to where it listens. `phasewise doctor` tells more.",
    );
  }
}

/** The innermost reason of a failed `fetch`, e.g. `ECONNREFUSED`. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  const code = (error as { code?: unknown }).code;
  if (typeof code === "string" && code !== "") return code;
  return error.cause === undefined ? error.message : causeOf(error.cause);
}

function queryText(query: Query): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = new URLSearchParams(given).toString();
  return text === "" ? "" : `?${text}`;
}

function problemError(baseUrl: string, status: number, text: string): CliError {
  const problem = parseProblem(text);
  const detail = problem?.detail ?? text.trim().slice(0, 300);
  const message = `${problem?.code ?? `HTTP ${status}`}: ${detail === "" ? `${baseUrl} gave no reason` : detail}`;
  return new CliError(exitCodeOf(status, problem?.code), message, mendOf(status, problem?.code));
}

function exitCodeOf(status: number, code: string | undefined): ExitCode {
  if (code !== undefined && USAGE_CODES.has(code)) return EXIT.usage;
  return status === 502 || status === 503 ? EXIT.unreachable : EXIT.failed;
}

function mendOf(status: number, code: string | undefined): string | undefined {
  if (status === 401) return "Set PHASEWISE_TOKEN to the collector's token.";
  if (status === 503) return "The collector is up but not ready; try again in a moment.";
  if (code === "REPORT_UNKNOWN") return "`phasewise report` without a name lists the reports.";
  if (code === "RUN_UNKNOWN") return "`phasewise runs` lists the runs.";
  if (code === undefined && status === 404) return "Is PHASEWISE_URL the collector's page port (4319 by default)?";
  return undefined;
}

function parseProblem(text: string): Problem | undefined {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null;
    return typeof value?.code === "string" && typeof value.detail === "string" ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}
