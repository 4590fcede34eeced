import { type DuckDBConnection, LIST, VARCHAR, listValue } from "@duckdb/node-api";
import type { Sequence } from "../../journal/entry.ts";
import type { Batch, Origin } from "../../normalise/records.ts";
import type { Settle } from "../../normalise/settlement.ts";
import type { LoadResult } from "../store.ts";
import { TableWriter, createTempTable } from "./appending.ts";
import { gather, type Gathered } from "./gather.ts";
import { LABEL_COLUMNS } from "./labels.ts";
import {
  CALL_EVIDENCE,
  CALL_LEDGER,
  EVIDENCE_CHANGES,
  type EvidenceRow,
  type HeartbeatRow,
  LABEL_CHANGES,
  LIVE_SPANS,
  RUN_HEARTBEATS,
} from "./ledger-tables.ts";
import { between, rangeOf } from "./lookups.ts";
import type { LoaderMemory } from "./memory.ts";
import { type Changes, type TimedLabelChange, changesOf } from "./settling.ts";
import {
  LOGS,
  METRIC_POINTS,
  RESOURCES,
  SCOPES,
  SPANS,
  SPAN_EVENTS,
  SPAN_LINKS,
  eventRows,
  linkRows,
} from "./telemetry-tables.ts";

/** Writes batches, one transaction each. One `load` at a time. */
export class Loader {
  readonly #connection: DuckDBConnection;
  readonly #memory: LoaderMemory;
  readonly #writer: TableWriter;

  constructor(connection: DuckDBConnection, memory: LoaderMemory) {
    this.#connection = connection;
    this.#memory = memory;
    this.#writer = new TableWriter(connection);
  }

  /** The journal position that is written in the database. */
  async readPosition(): Promise<Sequence> {
    const rows = await this.#connection.runAndReadAll("select max(loaded_sequence) from journal_position");
    const [position] = rows.getRows()[0] ?? [];
    return typeof position === "bigint" ? position : 0n;
  }

  /** Writes a batch and what it settles. After an error nothing of it is stored. */
  async load(batch: Batch, upTo: Sequence, settle: Settle): Promise<LoadResult> {
    const connection = this.#connection;
    await connection.run("begin transaction");
    try {
      const gathered = await gather(connection, this.#memory, batch);
      const changes = changesOf(gathered, settle(gathered.touched), this.#memory);
      const origins = this.#memory.newOrigins(originsOf(gathered));
      await this.#writeChanges(gathered, changes);
      await this.#writeTelemetry(gathered, changes);
      await this.#writeOrigins(origins);
      await this.#writePosition(upTo);
      await connection.run("commit");
      this.#memory.keep({
        items: batch.spans.length + batch.logs.length,
        traceIds: gathered.traces.keys(),
        keys: gathered.evidenceKeys,
        ...origins,
      });
      return {
        spans: gathered.spans.length - gathered.replacedSpans.length,
        logs: gathered.logs.length,
        metricPoints: gathered.points.length,
        duplicates: gathered.duplicates,
      };
    } catch (error) {
      this.#memory.forgetAll();
      // A failed commit has ended the transaction already; then there is nothing to roll back.
      await connection.run("rollback").catch(() => undefined);
      throw error;
    }
  }

  async #writeTelemetry(gathered: Gathered, changes: Changes): Promise<void> {
    const writer = this.#writer;
    await writer.append(SPANS, changes.spanRows);
    await writer.append(SPAN_EVENTS, eventRows(gathered.spans));
    await writer.append(SPAN_LINKS, linkRows(gathered.spans));
    await writer.append(LOGS, changes.logRows);
    await writer.append(METRIC_POINTS, gathered.points);
    await writer.append(LIVE_SPANS, gathered.live);
    await this.#writeHeartbeats(gathered.heartbeats);
    await writer.append(CALL_LEDGER, changes.newCalls);
    await writer.append(CALL_EVIDENCE, changes.newEvidence);
  }

  async #writeOrigins(origins: ReturnType<LoaderMemory["newOrigins"]>): Promise<void> {
    await this.#writer.append(RESOURCES, origins.resources);
    await this.#writer.append(SCOPES, origins.scopes);
  }

  /** Deletes and updates; they come before the inserts, so that they meet stored rows only. */
  async #writeChanges(gathered: Gathered, changes: Changes): Promise<void> {
    const replaced = gathered.replacedSpans;
    if (replaced.length > 0) {
      const ids = replaced.map(({ skeleton }) => `${skeleton.traceId}/${skeleton.spanId}`);
      const range = rangeOf(replaced.map(({ skeleton }) => skeleton.startedUnixNano));
      const theSpans = "trace_id || '/' || span_id in (select unnest($ids))";
      await this.#runWithIds(`delete from spans where ${between("started_at", range)} and ${theSpans}`, ids);
      await this.#runWithIds(`delete from span_events where ${theSpans}`, ids);
      await this.#runWithIds(`delete from span_links where ${theSpans}`, ids);
    }
    if (gathered.removedEvidence.length > 0) {
      const ids = gathered.removedEvidence.map(({ evidence }) => evidence.evidenceId);
      const range = rangeOf(gathered.removedEvidence.map(({ evidence }) => evidence.reading.startedUnixNano));
      await this.#runWithIds(
        `delete from call_evidence where ${between("started_at", range)} and evidence_id in (select unnest($ids))`,
        ids,
      );
    }
    await this.#deleteEnded(gathered);
    if (changes.oldCalls.length > 0) {
      const range = rangeOf(changes.oldCalls.map((call) => call.startUnixNano));
      await this.#runWithIds(
        `delete from call_ledger where ${between("started_at", range)} and call_key in (select unnest($ids))`,
        changes.oldCalls.map((call) => call.callKey),
      );
    }
    await this.#updateLabels("spans", "span_id", "started_at", changes.spanLabels);
    await this.#updateLabels("logs", "log_id", "recorded_at", changes.logLabels);
    await this.#updateEvidence(changes.changedEvidence);
  }

  /** What has ended is no longer watched: the tables of open things stay as small as what is open. */
  async #deleteEnded({ endedLive, endedRuns }: Gathered): Promise<void> {
    if (endedLive.length > 0) {
      await this.#runWithIds(
        "delete from live_spans where trace_id || '/' || span_id in (select unnest($ids))",
        endedLive.map(({ traceId, spanId }) => `${traceId}/${spanId}`),
      );
    }
    if (endedRuns.length === 0) return;
    await this.#runWithIds("delete from run_heartbeats where run_id in (select unnest($ids))", endedRuns);
  }

  async #updateLabels(
    table: "spans" | "logs",
    id: string,
    time: string,
    changes: readonly TimedLabelChange[],
  ): Promise<void> {
    if (changes.length === 0) return;
    await this.#connection.run(createTempTable(LABEL_CHANGES));
    await this.#writer.append(LABEL_CHANGES, changes, true);
    await this.#connection.run(
      `update ${table} set ${LABEL_COLUMNS.map((column) => `${column} = c.${column}`).join(", ")}
       from temp.main.label_changes c
       where ${table}.trace_id = c.change_trace_id and ${table}.${id} = c.change_id
         and ${between(`${table}.${time}`, rangeOf(changes.map((change) => change.unixNano)))}`,
    );
    await this.#connection.run("drop table temp.main.label_changes");
  }

  async #updateEvidence(rows: readonly EvidenceRow[]): Promise<void> {
    if (rows.length === 0) return;
    const columns = ["call_key", "counted", "call_start_unix_nano", ...LABEL_COLUMNS];
    const range = rangeOf(rows.map((row) => row.evidence.reading.startedUnixNano));
    await this.#connection.run(createTempTable(EVIDENCE_CHANGES));
    await this.#writer.append(EVIDENCE_CHANGES, rows, true);
    await this.#connection.run(
      `update call_evidence set ${columns.map((column) => `${column} = c.${column}`).join(", ")}
       from temp.main.evidence_changes c
       where call_evidence.evidence_id = c.change_id and ${between("call_evidence.started_at", range)}`,
    );
    await this.#connection.run("drop table temp.main.evidence_changes");
  }

  async #writeHeartbeats(heartbeats: readonly HeartbeatRow[]): Promise<void> {
    if (heartbeats.length === 0) return;
    const runIds = heartbeats.map((heartbeat) => heartbeat.runId);
    const stored = await this.#runWithIds(
      "select run_id, epoch_us(last_seen_at) from run_heartbeats where run_id in (select unnest($ids))",
      runIds,
    );
    const seen = new Map((await stored.getRows()).map(([runId, at]) => [String(runId), BigInt(String(at)) * 1000n]));
    const later = heartbeats.filter((heartbeat) => heartbeat.seenUnixNano > (seen.get(heartbeat.runId) ?? -1n));
    await this.#runWithIds(
      "delete from run_heartbeats where run_id in (select unnest($ids))",
      later.filter((heartbeat) => seen.has(heartbeat.runId)).map((heartbeat) => heartbeat.runId),
    );
    await this.#writer.append(RUN_HEARTBEATS, later);
  }

  async #writePosition(upTo: Sequence): Promise<void> {
    await this.#connection.run(
      `update journal_position set loaded_sequence = ${upTo}, loaded_at = make_timestamp(${Date.now() * 1000})`,
    );
  }

  async #runWithIds(sql: string, ids: readonly string[]) {
    return await this.#connection.run(sql, { ids: listValue([...ids]) }, { ids: LIST(VARCHAR) });
  }
}

/** Where the new items came from; the items of an envelope share one object. */
function originsOf({ spans, logs, points }: Gathered): ReadonlySet<Origin> {
  const origins = new Set<Origin>();
  for (const records of [spans, logs, points]) for (const { origin } of records) origins.add(origin);
  return origins;
}
