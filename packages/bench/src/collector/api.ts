/** Questions to the HTTP API of a collector. */

/** Rows of an answer; numbers beyond 2^53 and decimals come as text. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

const TIMEOUT_MS = 60_000;

/** Runs a statement. */
export async function querySql(webPort: number, sql: string): Promise<Rows> {
  return await rowsOf(`http://127.0.0.1:${webPort}/api/sql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sql }),
  });
}

/** Runs a report. */
export async function runReport(
  webPort: number,
  name: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Rows> {
  return await rowsOf(`http://127.0.0.1:${webPort}/api/reports/${name}?${new URLSearchParams(parameters)}`, {});
}

/** Names of all reports. */
export async function reportNames(webPort: number): Promise<readonly string[]> {
  const response = await fetch(`http://127.0.0.1:${webPort}/api/reports`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const list = (await response.json()) as { readonly reports: readonly { readonly name: string }[] };
  return list.reports.map((report) => report.name);
}

async function rowsOf(url: string, init: RequestInit): Promise<Rows> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(`expected 200 from ${url}, got ${response.status}: ${text.slice(0, 300)}`);
  return (JSON.parse(text) as { readonly rows: Rows }).rows;
}
