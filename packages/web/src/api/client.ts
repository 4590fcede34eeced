import type { Problem, Table } from "@phasewise/api";
import { readToken, tokenRefused } from "./token.ts";

/** Why there is no answer: nobody there, a token is needed, not ready yet, or refused with a reason. */
export type FailureKind = "offline" | "token" | "starting" | "refused";

/** An answer that did not come. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const PATIENCE_MS = 30_000;

/** Gets the text of a route of this page's own origin. */
export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  const response = await reach(path, signal);
  const text = await response.text();
  if (response.ok) return text;
  if (response.status === 401) {
    tokenRefused();
    throw new ApiFailure("token", "The collector asks for a token.");
  }
  const kind = response.status === 503 ? "starting" : "refused";
  throw new ApiFailure(kind, problemDetail(text) ?? `The collector answered HTTP ${response.status}.`);
}

/** Gets a table. */
export async function getTable(path: string, signal?: AbortSignal): Promise<Table> {
  const value = JSON.parse(await getText(path, signal)) as Partial<Table> | null;
  if (!Array.isArray(value?.rows) || !Array.isArray(value.columns)) {
    throw new ApiFailure("refused", `Expected a table from ${path}, got something else.`);
  }
  return value as Table;
}

/** Fetches with the tab's token; a collector that is not there becomes an `offline` failure. */
export async function reach(path: string, signal?: AbortSignal): Promise<Response> {
  const token = readToken();
  const limits = [AbortSignal.timeout(PATIENCE_MS), ...(signal === undefined ? [] : [signal])];
  try {
    return await fetch(path, {
      headers: { accept: "application/json", ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.any(limits),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiFailure("offline", "The collector does not answer.");
  }
}

function problemDetail(text: string): string | undefined {
  try {
    const problem = JSON.parse(text) as Partial<Problem> | null;
    return typeof problem?.detail === "string" ? problem.detail : undefined;
  } catch {
    return undefined;
  }
}
