/** The collector's own counters and gauges for Prometheus. Source: Prometheus text exposition format 0.0.4. */
import type { FastifyInstance } from "fastify";
import { COUNTERS, GAUGES, type Snapshot, type Statuses } from "../self-metrics.ts";
import type { ApiContext } from "./context.ts";

const UNPRICED = "select count(*) as calls from model_calls where unpriced";
/** A scrape may come every few seconds; the ledger is asked this often at most. */
const UNPRICED_MS = 15_000;
const UNPRICED_TIMEOUT_MS = 5000;

/** `GET /metrics`: everything in one text, guarded like the rest of the API. */
export function metricsRoutes(app: FastifyInstance, context: ApiContext): void {
  const { metrics } = context;
  if (metrics === undefined) return;
  const readUnpriced = unpricedReader(context);
  app.get("/metrics", async (_request, reply) => {
    const [{ front, store }, unpriced] = await Promise.all([metrics(), readUnpriced()]);
    const text = toPrometheus({
      front,
      store: unpriced === undefined ? store : { ...store, unpriced_calls: unpriced },
    });
    return reply
      .type("text/plain; version=0.0.4; charset=utf-8")
      .serializer((payload: unknown) => String(payload))
      .send(text);
  });
}

/** The text of what two processes counted: `phasewise_NAME_total` for counters, `phasewise_NAME` for gauges. */
export function toPrometheus(statuses: Statuses): string {
  const lines: string[] = [];
  for (const [name, help] of Object.entries(COUNTERS)) family(lines, `phasewise_${name}_total`, "counter", help, name);
  for (const [name, help] of Object.entries(GAUGES)) family(lines, `phasewise_${name}`, "gauge", help, name);
  return `${lines.join("\n")}\n`;

  function family(to: string[], metric: string, type: string, help: string, name: string): void {
    const samples = Object.entries(statuses).flatMap(([process, snapshot]) => samplesOf(process, snapshot, name));
    to.push(`# HELP ${metric} ${escapeHelp(help)}`, `# TYPE ${metric} ${type}`);
    for (const { labels, value } of samples) to.push(`${metric}{${labels}} ${value}`);
  }
}

function samplesOf(
  process: string,
  snapshot: Snapshot,
  name: string,
): readonly { readonly labels: string; readonly value: number }[] {
  return Object.entries(snapshot).flatMap(([key, value]) => {
    if (key === name) return [{ labels: `process="${process}"`, value }];
    if (!key.startsWith(`${name}{`)) return [];
    const reason = key.slice(name.length + 1, -1);
    return [{ labels: `process="${process}",reason="${escapeLabel(reason)}"`, value }];
  });
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

/** The count of unpriced calls, asked now and then; undefined when the store does not answer in time. */
function unpricedReader({ store }: ApiContext): () => Promise<number | undefined> {
  let asked = Number.NEGATIVE_INFINITY;
  let value: Promise<number | undefined> = Promise.resolve(undefined);
  return () => {
    const now = performance.now();
    if (now - asked < UNPRICED_MS) return value;
    asked = now;
    value = store.query(UNPRICED, { timeoutMs: UNPRICED_TIMEOUT_MS, maxRows: 1 }).then(
      (result) => Number(result.rows[0]?.[0] ?? 0),
      () => undefined,
    );
    return value;
  };
}
