/**
 * What every storage engine promises (`Store` in `src/store/store.ts`), as tests. An engine's own test file calls
 * `storeConformance` with the way to open it; what its `capabilities.excused` names is left out with the reason shown.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isPhasewiseError } from "../src/errors.ts";
import { settle } from "../src/normalise/settle/settle.ts";
import { ENGINES } from "../src/store/engines.ts";
import type { Store, Value } from "../src/store/store.ts";
import { batch, call, genAiSpan, log, point, seconds, span, spanId, traceId } from "./support/store-batches.ts";

const OPTIONS = { timeoutMs: 20_000, maxRows: 10_000 };

/** Folder `collector/sql`. */
export const SQL_FOLDER: string = fileURLToPath(new URL("../sql", import.meta.url));

/** Runs one query of our own and gives its rows. */
export async function rowsOf(store: Store, sql: string): Promise<QueryRows> {
  return (await store.query(sql, OPTIONS)).rows;
}
type QueryRows = readonly (readonly Value[])[];

/** The code of the error that a promise ends with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return isPhasewiseError(error) ? error.code : String(error);
  }
  return "no error";
}

const EVERYTHING = [
  "spans",
  "span_events",
  "span_links",
  "logs",
  "metric_points",
  "resources",
  "scopes",
  "call_ledger",
  "call_evidence",
  "live_spans",
  "run_heartbeats",
] as const;

async function contents(store: Store): Promise<string> {
  const tables: unknown[] = [];
  for (const table of EVERYTHING) tables.push(table, await rowsOf(store, `select * from ${table} order by all`));
  return JSON.stringify(tables, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}

/** The suite. */
export function storeConformance(engine: keyof typeof ENGINES): void {
  let folder = "";
  let store: Store;
  const open = async () => await ENGINES[engine]({ file: databaseFile(), sqlFolder: SQL_FOLDER, memoryLimit: "500MB" });
  const databaseFile = () => join(folder, "phasewise.db");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phasewise-store-"));
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const promise = (title: string, run: () => Promise<void>) => {
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- title and assertions are the caller's
    test(title, async (context) => {
      const excuse = store.capabilities.excused[title];
      if (excuse !== undefined) context.skip(excuse);
      await run();
    });
  };
  const reopen = async () => {
    await store.close();
    store = await open();
  };

  describe("loading", () => {
    promise("a load is there for every query when it resolves, and survives a reopening", async () => {
      const loaded = await store.load(everyKind(), 7n, settle);
      expect(loaded).toEqual({ spans: 2, logs: 3, metricPoints: 2, duplicates: 0 });
      const before = await contents(store);
      expect(before).toContain("msg_every");
      await reopen();
      expect(store.loadedUpTo()).toBe(7n);
      expect(await contents(store)).toBe(before);
    });

    promise("a batch that is not above the loaded position changes nothing", async () => {
      await store.load(everyKind(), 7n, settle);
      const before = await contents(store);
      const again = await store.load(batch({ spans: [span({ span: 99 })] }), 7n, settle);
      expect(again).toEqual({ spans: 0, logs: 0, metricPoints: 0, duplicates: 0 });
      expect(await contents(store)).toBe(before);
      expect(store.loadedUpTo()).toBe(7n);
    });

    promise("what is delivered again counts once, in the same process and after a reopening", async () => {
      await store.load(everyKind(), 1n, settle);
      const before = await contents(store);
      const again = await store.load(everyKind(), 2n, settle);
      expect(again).toEqual({ spans: 0, logs: 0, metricPoints: 0, duplicates: 7 });
      expect(await contents(store)).toBe(before);
      await reopen();
      await store.load(everyKind(), 3n, settle);
      expect(await contents(store)).toBe(before);
      const twice = everyKind();
      await reopen();
      const doubled = batch({
        spans: [...twice.spans, ...twice.spans, span({ trace: 3, span: 50 }), span({ trace: 3, span: 50 })],
      });
      expect(await store.load(doubled, 4n, settle)).toMatchObject({ spans: 1, duplicates: 5 });
    });

    promise("of two reports of one span the one that ends later stays, with its own call", async () => {
      const reported = (end: number, output: number) =>
        span({
          span: 1,
          start: seconds(1),
          end: seconds(end),
          attributes: new Map([["end", String(end)]]),
          events: [
            { timeUnixNano: seconds(1), name: `event ${end}`, attributes: new Map(), droppedAttributesCount: 0 },
          ],
          evidence: call({ messageId: `msg_${end}`, tokens: { uncachedInputTokens: 10, outputTokens: output } }),
        });
      await store.load(batch({ spans: [reported(3, 30)] }), 1n, settle);
      await reopen();
      await store.load(batch({ spans: [reported(5, 50)] }), 2n, settle);
      await store.load(batch({ spans: [reported(4, 40), reported(5, 51)] }), 3n, settle);
      expect(await rowsOf(store, "select attributes_text['end'] from spans")).toEqual([["5"]]);
      expect(await rowsOf(store, "select name from span_events")).toEqual([["event 5"]]);
      expect(await rowsOf(store, "select call_key, output_tokens from call_ledger")).toEqual([["msg:msg_5", 50]]);
      expect(await rowsOf(store, "select message_id from call_evidence")).toEqual([["msg_5"]]);
    });

    promise("a load whose settling throws leaves nothing behind, and the next one is whole", async () => {
      await store.load(batch({ spans: [span({ trace: 5, span: 1, labels: { phase: "plan" } })] }), 1n, settle);
      const before = await contents(store);
      const failing = store.load(everyKind(), 2n, () => {
        throw new Error("cannot settle");
      });
      await expect(failing).rejects.toThrow("cannot settle");
      expect(store.loadedUpTo()).toBe(1n);
      expect(await contents(store)).toBe(before);
      expect(await store.load(everyKind(), 2n, settle)).toMatchObject({ spans: 2, logs: 3, metricPoints: 2 });
      expect(store.loadedUpTo()).toBe(2n);
    });

    promise("a reader sees a load whole or not at all", async () => {
      const sums: number[] = [];
      const writing = { done: false };
      const reading = (async () => {
        while (!writing.done) {
          const sql = `select (select count(*) from spans), (select count(*) from call_ledger),
                         (select count(*) from call_evidence)`;
          const [row] = await rowsOf(store, sql);
          const [spans, calls, evidence] = (row ?? []).map(Number);
          expect([calls, evidence]).toEqual([(spans ?? 0) / 2, (spans ?? 0) / 2]);
          expect((spans ?? 0) % 200).toBe(0);
          sums.push(spans ?? 0);
        }
      })();
      for (let number = 0; number < 15; number += 1) {
        const spans = Array.from({ length: 200 }, (_, at) => genAiSpan(number, number * 200 + at, seconds(number)));
        await store.load(batch({ spans }), BigInt(number + 1), settle);
      }
      writing.done = true;
      await reading;
      expect(new Set(sums).size).toBeGreaterThan(1);
    });

    promise("loads that are asked for at once are done one after the other", async () => {
      const loads = Array.from({ length: 5 }, async (_, at) => {
        await store.load(batch({ spans: [span({ span: at + 1, trace: at + 1 })] }), BigInt(at + 1), settle);
      });
      await Promise.all(loads);
      expect(store.loadedUpTo()).toBe(5n);
      expect(await rowsOf(store, "select count(*) from spans")).toEqual([[5]]);
    });

    promise("a process that is killed between loads has every load that resolved", async () => {
      await store.close();
      const { acknowledged } = await killWriter(engine, databaseFile(), 4);
      store = await open();
      const loaded = store.loadedUpTo();
      expect(loaded).toBeGreaterThanOrEqual(acknowledged);
      expect(await rowsOf(store, "select count(*), count(distinct span_id) from spans")).toEqual([
        [Number(loaded) * 100, Number(loaded) * 100],
      ]);
      const next = Number(loaded);
      const spans = Array.from({ length: 100 }, (_, at) => genAiSpan(next, next * 100 + at, seconds(next)));
      expect(await store.load(batch({ spans }), loaded + 1n, settle)).toMatchObject({ spans: 100, duplicates: 0 });
    });
  });

  describe("settling", () => {
    promise("a parent that comes late gives its labels to the spans, log records and calls below it", async () => {
      const child = span({ span: 3, parent: 2, evidence: call({ messageId: "msg_late" }) });
      await store.load(batch({ spans: [child], logs: [log({ id: 1, trace: 1, span: 3 })] }), 1n, settle);
      expect(await rowsOf(store, "select phase from spans")).toEqual([[null]]);
      await store.load(batch({ spans: [span({ span: 2, parent: 1 })] }), 2n, settle);
      await reopen();
      const labels = { runId: "run-1", runName: "nightly", phase: "analysis", phaseEntry: 2 };
      await store.load(batch({ spans: [span({ span: 1, labels })] }), 3n, settle);
      const columns = "run_id, run_name, phase, phase_entry";
      const expected = ["run-1", "nightly", "analysis", 2];
      expect(await rowsOf(store, `select ${columns}, own_labels from spans order by span_id`)).toEqual([
        [...expected, 15],
        [...expected, 0],
        [...expected, 0],
      ]);
      for (const table of ["logs", "call_ledger", "call_evidence"]) {
        expect(await rowsOf(store, `select ${columns} from ${table}`)).toEqual([expected]);
      }
    });

    promise("labels that a span states itself are told from inherited ones after a reopening", async () => {
      const parent = (phase: string, end: number) => span({ span: 1, end: seconds(end), labels: { phase } });
      const child = span({ span: 2, parent: 1, labels: { agent: "critic" } });
      await store.load(batch({ spans: [parent("first", 10), child] }), 1n, settle);
      await reopen();
      await store.load(batch({ spans: [parent("second", 11)] }), 2n, settle);
      expect(await rowsOf(store, "select phase, agent from spans order by span_id")).toEqual([
        ["second", null],
        ["second", "critic"],
      ]);
    });

    promise("a report an hour later joins the call it is about, in another trace or in none", async () => {
      const early = call({ providerRequestId: "req_1", tokens: { uncachedInputTokens: 10, outputTokens: 5 } });
      await store.load(batch({ spans: [span({ span: 1, start: seconds(1), evidence: early })] }), 1n, settle);
      await reopen();
      const hour = { startedUnixNano: seconds(3601), endedUnixNano: seconds(3602) };
      const late = call({ ...hour, rank: 20, providerRequestId: "req_1", messageId: "msg_1" });
      await store.load(batch({ logs: [log({ id: 1, at: seconds(3602), evidence: late })] }), 2n, settle);
      await reopen();
      const third = call({ ...hour, rank: 30, messageId: "msg_1" });
      await store.load(
        batch({ spans: [span({ trace: 2, span: 9, start: seconds(3601), evidence: third })] }),
        3n,
        settle,
      );
      expect(await rowsOf(store, "select call_key, output_tokens, len(layers) from call_ledger")).toEqual([
        ["req:req_1", 5, 2],
      ]);
      expect(await rowsOf(store, "select call_key, sum(counted::int) from call_evidence group by 1")).toEqual([
        ["req:req_1", 1],
      ]);
      expect(await rowsOf(store, "select count(*) from call_evidence")).toEqual([[3]]);
    });

    promise("the order in which batches come does not change what is stored", async () => {
      const parts = [
        batch({ spans: [span({ span: 1, labels: { runId: "r", phase: "p" } })] }),
        batch({ spans: [span({ span: 2, parent: 1, labels: { agent: "a" } })] }),
        batch({ spans: [span({ span: 3, parent: 2, evidence: call({ messageId: "msg_1" }) })] }),
        batch({ logs: [log({ id: 4, trace: 1, span: 3, evidence: call({ rank: 20, messageId: "msg_1" }) })] }),
        batch({ spans: [span({ trace: 2, span: 5, evidence: call({ rank: 5, messageId: "msg_1" }) })] }),
      ];
      for (const [at, part] of parts.entries()) await store.load(part, BigInt(at + 1), settle);
      const forwards = await contents(store);
      await store.close();
      folder = await mkdtemp(join(tmpdir(), "phasewise-store-"));
      store = await open();
      for (const [at, part] of parts.toReversed().entries()) await store.load(part, BigInt(at + 1), settle);
      expect(await contents(store)).toBe(forwards);
    });

    promise("the start of a span is told once, and a heartbeat never goes back", async () => {
      const started = { type: "started", kind: "phase", name: "plan", parentSpanId: spanId(1) } as const;
      const labels = { runId: "run-1" };
      const heartbeat = (id: number, at: number) => log({ id, at: seconds(at), labels, live: { type: "heartbeat" } });
      const start = (id: number) => log({ id, trace: 1, span: 2, labels, live: started });
      await store.load(batch({ logs: [start(1), heartbeat(2, 50), heartbeat(3, 40)] }), 1n, settle);
      await reopen();
      await store.load(batch({ logs: [start(4), heartbeat(5, 45)] }), 2n, settle);
      expect(await rowsOf(store, "select kind, name, run_id from live_spans")).toEqual([["phase", "plan", "run-1"]]);
      expect(await rowsOf(store, "select * from run_heartbeats")).toEqual([["run-1", "2026-11-01T00:00:50.000Z"]]);
      await store.load(batch({ logs: [heartbeat(6, 60)] }), 3n, settle);
      expect(await rowsOf(store, "select * from run_heartbeats")).toEqual([["run-1", "2026-11-01T00:01:00.000Z"]]);
    });

    promise("what a pending span tells of is open until it ends, in whatever order", async () => {
      const live = { type: "started", kind: "agent", name: "ask", parentSpanId: "" } as const;
      const pending = (id: number, of: number) => span({ span: id, announces: { spanId: spanId(of), live } });
      await store.load(batch({ spans: [pending(11, 1), pending(12, 2)] }), 1n, settle);
      await store.load(
        batch({ spans: [pending(11, 1), span({ span: 1 }), span({ span: 3 }), pending(13, 3)] }),
        2n,
        settle,
      );
      const rows = await rowsOf(store, "select trace_id, span_id, kind, name, service, started_at from live_spans");
      expect(rows).toEqual([[traceId(1), spanId(2), "agent", "ask", "demo", "2026-11-01T00:00:12.000Z"]]);
    });

    promise("what has ended is no longer among the open things, whichever of its reports comes first", async () => {
      const started = { type: "started", kind: "run", name: "fix", parentSpanId: "" } as const;
      const labels = { runId: "run-1" };
      const start = (id: number, spanNumber: number) => log({ id, trace: 1, span: spanNumber, labels, live: started });
      const end = (spanNumber: number, runId: string) =>
        span({ span: spanNumber, operation: "run", labels: { runId } });
      const beat = log({ id: 9, labels, live: { type: "heartbeat" } });
      await store.load(batch({ logs: [start(1, 2), start(2, 3), beat], spans: [end(1, "run-0")] }), 1n, settle);
      await reopen();
      await store.load(batch({ logs: [start(4, 1)], spans: [end(2, "run-1")] }), 2n, settle);
      expect(await rowsOf(store, "select span_id from live_spans")).toEqual([[spanId(3)]]);
      expect(await rowsOf(store, "select * from run_heartbeats")).toEqual([]);
    });
  });

  describe("asking", () => {
    promise("money is exact to 1e-12 USD and integers are exact beyond 2^53", async () => {
      const evidence = call({ messageId: "msg_1", costReportedPicoUsd: 6_915_000_000_000_001n });
      await store.load(
        batch({ spans: [span({ span: 1, evidence })], metricPoints: [point(1, 9_007_199_254_740_993n)] }),
        1n,
        settle,
      );
      expect(await rowsOf(store, "select cost_reported_usd from call_ledger")).toEqual([
        [{ decimal: "6915.000000000001" }],
      ]);
      expect(await rowsOf(store, "select value_int from metric_points")).toEqual([[9_007_199_254_740_993n]]);
    });

    promise("named parameters are bound with their types", async () => {
      const result = await store.query(
        "select $text || '!' as a, $number + 1 as b, $flag as c, $time::timestamp as d, $nothing::varchar is null as e",
        {
          ...OPTIONS,
          parameters: { text: "x", number: 41, flag: true, time: new Date(1_500), nothing: null, more: 1 },
        },
      );
      expect(result.rows).toEqual([["x!", 42, true, "1970-01-01T00:00:01.500Z", true]]);
      expect(await codeOf(store.query("select $gone", OPTIONS))).toBe("PARAMETER_INVALID");
    });

    promise("rows beyond the maximum are cut and that is said", async () => {
      const sql = "select * from range(10) as t(n)";
      expect(await store.query(sql, { ...OPTIONS, maxRows: 3 })).toMatchObject({
        rows: [[0], [1], [2]],
        truncated: true,
      });
      expect(await store.query(sql, { ...OPTIONS, maxRows: 10 })).toMatchObject({ truncated: false });
    });

    promise("a query that runs too long ends with QUERY_TIMEOUT, and the store answers on", async () => {
      const sql = "select count(*) from range(100000) a, range(100000) b, range(100000) c";
      expect(await codeOf(store.query(sql, { timeoutMs: 200, maxRows: 1 }))).toBe("QUERY_TIMEOUT");
      expect(await rowsOf(store, "select 1")).toEqual([[1]]);
    });

    promise("foreign SQL reads the tables and cannot write", async () => {
      await store.load(batch({ spans: [span({ span: 1 })] }), 1n, settle);
      expect((await store.queryForeign("select count(*) from spans", OPTIONS)).rows).toEqual([[1]]);
      for (const sql of ["delete from spans", "create table t (a int)", "drop table spans", "select 1; select 2"]) {
        expect([sql, await codeOf(store.queryForeign(sql, OPTIONS))]).toEqual([sql, "SQL_NOT_ALLOWED"]);
      }
      expect(await codeOf(store.queryForeign("select nothing from spans", OPTIONS))).toBe("SQL_FAILED");
      expect(await rowsOf(store, "select count(*) from spans")).toEqual([[1]]);
    });

    promise("views that were applied are there after a reopening, and are applied all or none", async () => {
      await store.applyViews(["create or replace view v as select 1 as one"]);
      const failing = store.applyViews(["create or replace view v as select 2 as one", "create view w as nonsense"]);
      expect(await codeOf(failing)).toBe("VIEW_INVALID");
      await reopen();
      expect(await rowsOf(store, "select * from v")).toEqual([[1]]);
    });
  });
}

function everyKind() {
  const link = { traceId: traceId(8), spanId: spanId(8), traceState: "", attributes: new Map(), flags: 0 };
  return batch({
    spans: [
      span({ span: 1, labels: { runId: "run-1", phase: "plan", phaseEntry: 1 } }),
      span({
        span: 2,
        parent: 1,
        attributes: new Map<string, string | bigint | number | boolean>([
          ["short", "x"],
          ["a key of many letters", "a value of many letters"],
          ["int", -(2n ** 63n)],
          ["double", 0.1],
          ["nan", Number.NaN],
          ["bool", false],
          ["broken", "a\ud800b\u0000c"],
        ]),
        events: [
          { timeUnixNano: seconds(2), name: "first", attributes: new Map([["k", 1n]]), droppedAttributesCount: 0 },
        ],
        links: [{ ...link, droppedAttributesCount: 2 }],
        evidence: call({ messageId: "msg_every", notes: ["odd"] }),
      }),
    ],
    logs: [
      log({ id: 1, trace: 1, span: 2, body: "text", eventName: "one" }),
      log({ id: 2, body: new Map([["k", "v"]]) }),
      log({ id: 3, trace: 9, span: 1, live: { type: "started", kind: "run", name: "n", parentSpanId: "" } }),
    ],
    metricPoints: [point(1, 5n), point(2, 2.5)],
  });
}

/** Loads in a process of its own and kills that after so many loads resolved. */
async function killWriter(engine: string, file: string, loads: number): Promise<{ readonly acknowledged: bigint }> {
  const script = fileURLToPath(new URL("./support/store-writer.ts", import.meta.url));
  const child: ChildProcess = spawn(
    process.execPath,
    ["--conditions=@phasewise/source", script, engine, file, SQL_FOLDER],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let acknowledged = 0n;
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => resolve());
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.split("\n")) if (line !== "") acknowledged = BigInt(line);
      if (acknowledged >= BigInt(loads)) child.kill("SIGKILL");
    });
  });
  expect(acknowledged).toBeGreaterThanOrEqual(BigInt(loads));
  return { acknowledged };
}
