/** What the loader reads back from the database: traces, evidence, and which ids are there already. */
import { type DuckDBConnection, DuckDBDecimalValue, DuckDBListValue, LIST, VARCHAR, listValue } from "@duckdb/node-api";
import type { DuckDBValue } from "@duckdb/node-api";
import { type CallReading, LABEL_NAMES, type Labels, SPAN_OPERATIONS } from "../../normalise/records.ts";
import type { Evidence } from "../../normalise/settlement.ts";
import type { StoredEvidence, TraceEntry } from "./cache.ts";
import { LABEL_COLUMNS, ownLabels } from "./labels.ts";

type Row = Readonly<Record<string, DuckDBValue>>;

async function rowsOf(connection: DuckDBConnection, sql: string, ids: readonly string[]): Promise<readonly Row[]> {
  const result = await connection.run(sql, { ids: listValue([...ids]) }, { ids: LIST(VARCHAR) });
  return await result.getRowObjects();
}

function textOf(value: DuckDBValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: DuckDBValue | undefined): number | undefined {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

function bigintOf(value: DuckDBValue | undefined): bigint {
  return typeof value === "bigint" ? value : BigInt(numberOf(value) ?? 0);
}

function labelsOf(row: Row): Labels {
  const labels: { -readonly [Name in keyof Labels]: Labels[Name] } = {};
  LABEL_NAMES.forEach((label, index) => {
    const value = row[LABEL_COLUMNS[index] ?? ""];
    if (value !== null && value !== undefined) Object.assign(labels, { [label]: value });
  });
  return labels;
}

const labelList = LABEL_COLUMNS.join(", ");

/** Everything that is stored of these traces. A trace that is not there gets an empty entry. */
export async function readTraces(
  connection: DuckDBConnection,
  traceIds: readonly string[],
): Promise<ReadonlyMap<string, TraceEntry>> {
  const traces = new Map<string, TraceEntry>(traceIds.map((id) => [id, emptyTrace()]));
  if (traceIds.length === 0) return traces;
  const spans = await rowsOf(
    connection,
    `select trace_id, span_id, parent_span_id, operation, start_unix_nano, end_unix_nano, ${labelList}, own_labels
     from spans where trace_id in (select unnest($ids))`,
    traceIds,
  );
  for (const row of spans) {
    const traceId = textOf(row["trace_id"]) ?? "";
    const spanId = textOf(row["span_id"]) ?? "";
    const settled = labelsOf(row);
    traces.get(traceId)?.spans.set(spanId, {
      skeleton: {
        traceId,
        spanId,
        parentSpanId: textOf(row["parent_span_id"]) ?? "",
        operation: SPAN_OPERATIONS.find((operation) => operation === row["operation"]) ?? "other",
        startedUnixNano: bigintOf(row["start_unix_nano"]),
        labels: ownLabels(settled, numberOf(row["own_labels"]) ?? 0),
      },
      endUnixNano: bigintOf(row["end_unix_nano"]),
      settled,
    });
  }
  const logs = await rowsOf(
    connection,
    `select trace_id, span_id, log_id, epoch_us(recorded_at) as at_us, ${labelList}, own_labels
     from logs where trace_id in (select unnest($ids)) and span_id is not null`,
    traceIds,
  );
  for (const row of logs) {
    const logId = textOf(row["log_id"]) ?? "";
    const settled = labelsOf(row);
    traces.get(textOf(row["trace_id"]) ?? "")?.logs.set(logId, {
      logId,
      spanId: textOf(row["span_id"]) ?? "",
      own: ownLabels(settled, numberOf(row["own_labels"]) ?? 0),
      atUnixNano: bigintOf(row["at_us"]) * 1000n,
      settled,
    });
  }
  const live = await rowsOf(
    connection,
    "select trace_id, span_id from live_spans where trace_id in (select unnest($ids))",
    traceIds,
  );
  for (const row of live) traces.get(textOf(row["trace_id"]) ?? "")?.live.add(textOf(row["span_id"]) ?? "");
  return traces;
}

/** A trace of which nothing is stored. */
export function emptyTrace(): TraceEntry {
  return { spans: new Map(), logs: new Map(), live: new Set() };
}

const KEY_COLUMNS: Readonly<Record<string, string>> = {
  calls: "trace_id",
  req: "provider_request_id",
  msg: "message_id",
  client: "client_request_id",
};

/** Stored evidence that has any of these keys (`evidenceKeys`). */
export async function readEvidence(
  connection: DuckDBConnection,
  keys: readonly string[],
): Promise<readonly StoredEvidence[]> {
  const found = new Map<string, StoredEvidence>();
  for (const [kind, column] of Object.entries(KEY_COLUMNS)) {
    const prefix = `${kind}:`;
    const ids = keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    if (ids.length === 0) continue;
    const rows = await rowsOf(connection, `select * from call_evidence where ${column} in (select unnest($ids))`, ids);
    for (const row of rows) {
      const stored = evidenceOf(row);
      found.set(stored.evidence.evidenceId, stored);
    }
  }
  return [...found.values()];
}

function evidenceOf(row: Row): StoredEvidence {
  const settled = labelsOf(row);
  const evidence: Evidence = {
    evidenceId: textOf(row["evidence_id"]) ?? "",
    dialect: textOf(row["dialect"]) ?? "",
    service: textOf(row["service"]),
    traceId: textOf(row["trace_id"]) ?? "",
    spanId: textOf(row["span_id"]) ?? "",
    source: row["source"] === "log" ? "log" : "span",
    labels: ownLabels(settled, numberOf(row["own_labels"]) ?? 0),
    reading: readingOf(row),
  };
  return {
    evidence,
    settled,
    callKey: textOf(row["call_key"]) ?? "",
    counted: row["counted"] === true,
    callStartUnixNano: bigintOf(row["call_start_unix_nano"]),
    call: undefined,
  };
}

function readingOf(row: Row): CallReading {
  const cost = row["cost_reported_usd"];
  const notes = row["notes"];
  const status = row["status"];
  return {
    scope: row["scope"] === "aggregate" ? "aggregate" : "call",
    rank: numberOf(row["rank"]) ?? 0,
    providerRequestId: textOf(row["provider_request_id"]),
    messageId: textOf(row["message_id"]),
    clientRequestId: textOf(row["client_request_id"]),
    provider: textOf(row["provider"]),
    requestModel: textOf(row["request_model"]),
    responseModel: textOf(row["response_model"]),
    startedUnixNano: bigintOf(row["start_unix_nano"]),
    endedUnixNano: bigintOf(row["end_unix_nano"]),
    ttftMs: numberOf(row["ttft_ms"]),
    status: status === "error" || status === "cancelled" ? status : "ok",
    errorType: textOf(row["error_type"]),
    errorMessage: textOf(row["error_message"]),
    attempts: numberOf(row["attempts"]),
    finishReason: textOf(row["finish_reason"]),
    tokens: {
      uncachedInputTokens: numberOf(row["uncached_input_tokens"]),
      cacheReadTokens: numberOf(row["cache_read_tokens"]),
      cacheWrite5mTokens: numberOf(row["cache_write_5m_tokens"]),
      cacheWrite1hTokens: numberOf(row["cache_write_1h_tokens"]),
      cacheWriteUnknownTokens: numberOf(row["cache_write_unknown_tokens"]),
      outputTokens: numberOf(row["output_tokens"]),
      reasoningTokens: numberOf(row["reasoning_tokens"]),
    },
    webSearchRequests: numberOf(row["web_search_requests"]),
    serviceTier: textOf(row["service_tier"]),
    speed: textOf(row["speed"]),
    inferenceGeo: textOf(row["inference_geo"]),
    costReportedPicoUsd: cost instanceof DuckDBDecimalValue ? cost.value : undefined,
    notes: notes instanceof DuckDBListValue ? notes.items.map(String) : [],
  };
}

/** An id and the time by which its row is found. */
export interface TimedId {
  readonly id: string;
  /** Undefined when the item has no time of its own; it is then looked for everywhere. */
  readonly unixNano: bigint | undefined;
}

/** Two items further apart than this are looked up separately, so that one stray time does not widen the search. */
const GAP_NANO = 600_000_000_000n;
const MAX_RANGES = 16;

/** Which ids the table (`logs` or `metric_points`) has already. An item that is delivered again has the same time. */
export async function readKnownIds(
  connection: DuckDBConnection,
  table: "logs" | "metric_points",
  items: readonly TimedId[],
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  const [column, time] = table === "logs" ? ["log_id", "recorded_at"] : ["point_id", "measured_at"];
  for (const group of timeRanges(items)) {
    const rows = await rowsOf(
      connection,
      `select ${column} as id from ${table} where ${between(time, group)} and ${column} in (select unnest($ids))`,
      group.ids,
    );
    for (const row of rows) known.add(textOf(row["id"]) ?? "");
  }
  const untimed = items.filter((item) => item.unixNano === undefined).map((item) => item.id);
  if (untimed.length > 0) {
    const rows = await rowsOf(
      connection,
      `select ${column} as id from ${table} where ${column} in (select unnest($ids))`,
      untimed,
    );
    for (const row of rows) known.add(textOf(row["id"]) ?? "");
  }
  return known;
}

/** Times in nanoseconds since 1970, both ends included. */
export interface TimeRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** Condition that lets DuckDB skip the row groups outside a time range. */
export function between(column: string, range: TimeRange): string {
  return `${column} between make_timestamp(${range.from / 1000n}) and make_timestamp(${range.to / 1000n})`;
}

/** The range that holds all times; there must be one at least. */
export function rangeOf(times: readonly bigint[]): TimeRange {
  let from = times[0] ?? 0n;
  let to = from;
  for (const time of times) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  return { from, to };
}

interface IdsInRange extends TimeRange {
  readonly ids: readonly string[];
}

function timeRanges(items: readonly TimedId[]): readonly IdsInRange[] {
  const timed = items.flatMap(({ id, unixNano }) => (unixNano === undefined ? [] : [{ id, unixNano }]));
  timed.sort((one, other) => (one.unixNano < other.unixNano ? -1 : 1));
  const ranges: { from: bigint; to: bigint; ids: string[] }[] = [];
  for (const { id, unixNano } of timed) {
    const last = ranges.at(-1);
    if (last !== undefined && (unixNano - last.to <= GAP_NANO || ranges.length >= MAX_RANGES)) {
      last.to = unixNano;
      last.ids.push(id);
    } else {
      ranges.push({ from: unixNano, to: unixNano, ids: [id] });
    }
  }
  return ranges;
}

/** Hands every known key to `add`, in small steps, so that loading goes on meanwhile. False: `stopped` ended it. */
export async function readKnownKeys(
  connection: DuckDBConnection,
  add: (key: string) => void,
  stopped: () => boolean,
): Promise<boolean> {
  const sources = [
    ["trace:", "select distinct trace_id from spans"],
    ["trace:", "select distinct trace_id from logs where trace_id is not null"],
    ["trace:", "select distinct trace_id from live_spans"],
    ...Object.entries(KEY_COLUMNS).map(([kind, column]) => [
      `${kind}:`,
      `select distinct ${column} from call_evidence where ${column} is not null`,
    ]),
  ] as const;
  for (const [prefix, sql] of sources) {
    const result = await connection.stream(sql ?? "");
    for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
      if (stopped()) return false;
      if (chunk.rowCount === 0) break;
      for (const value of chunk.getColumnValues(0)) if (typeof value === "string") add(`${prefix}${value}`);
    }
  }
  return true;
}
