import { setTimeout as sleep } from "node:timers/promises";

/** A cell of a report: numbers keep the digits that the collector wrote. */
export type Cell = string | null;

/** A report as the collector answers it. */
export interface Report {
  readonly report: string;
  readonly columns: readonly { readonly name: string; readonly unit: string | null }[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/** Where the collector is, and what it wants to be shown. */
export interface CollectorAddress {
  readonly url: string;
  readonly token: string | undefined;
}

/** Whether a collector answers at all, ready or not. */
export async function answers(collector: CollectorAddress): Promise<boolean> {
  return fetchHealth(collector).then(
    (status) => status === 200 || status === 503,
    () => false,
  );
}

/** Waits until everything acknowledged so far can be queried. */
export async function waitUntilReady(collector: CollectorAddress, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const status = await fetchHealth(collector).catch(() => 0);
    if (status === 200) return;
    if (Date.now() > deadline) {
      throw new Error(`expected 200 from ${collector.url}/health/ready within ${timeoutMs} ms, got ${status}`);
    }
    await sleep(100);
  }
}

/** Reads a report about one session. */
export async function readReport(collector: CollectorAddress, name: string, session: string): Promise<Report> {
  const query = new URLSearchParams({ since: "1h", session });
  const response = await fetch(`${collector.url}/api/reports/${name}?${query.toString()}`, {
    headers: toHeaders(collector),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`expected ${name} from ${collector.url}, got ${response.status}: ${body}`);
  return JSON.parse(body, keepDigits as (key: string, value: unknown) => unknown) as Report;
}

/** A double has fewer digits than money: numbers stay text. */
function keepDigits(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  return typeof value === "number" ? (context.source ?? String(value)) : value;
}

async function fetchHealth(collector: CollectorAddress): Promise<number> {
  const response = await fetch(`${collector.url}/health/ready`, {
    headers: toHeaders(collector),
    signal: AbortSignal.timeout(5000),
  });
  await response.arrayBuffer();
  return response.status;
}

function toHeaders(collector: CollectorAddress): Record<string, string> {
  return collector.token === undefined ? {} : { authorization: `Bearer ${collector.token}` };
}
