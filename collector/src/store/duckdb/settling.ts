import type { Labels, LogRecordRow, SpanRecord } from "../../normalise/records.ts";
import type { Evidence, ModelCall, Settlement } from "../../normalise/settlement.ts";
import type { StoredEvidence, StoredLog, StoredSpan, TraceEntry } from "./cache.ts";
import { type Gathered, logOfLeaf } from "./gather.ts";
import { sameLabels } from "./labels.ts";
import type { EvidenceRow, LabelChange } from "./ledger-tables.ts";
import type { LoaderMemory } from "./memory.ts";
import type { LogRow, SpanRow } from "./telemetry-tables.ts";

/** A change of labels, with the time by which the row is found. */
export interface TimedLabelChange extends LabelChange {
  readonly unixNano: bigint;
}

/** A row of the call ledger that goes. */
interface OldCall {
  readonly callKey: string;
  readonly startUnixNano: bigint;
}

/** What has to be written for a settlement to hold. */
export interface Changes {
  readonly spanRows: readonly SpanRow[];
  readonly logRows: readonly LogRow[];
  readonly spanLabels: readonly TimedLabelChange[];
  readonly logLabels: readonly TimedLabelChange[];
  readonly oldCalls: readonly OldCall[];
  readonly newCalls: readonly ModelCall[];
  readonly newEvidence: readonly EvidenceRow[];
  readonly changedEvidence: readonly EvidenceRow[];
}

/** Compares a settlement with what is stored, and brings memory up to it. */
export function changesOf(gathered: Gathered, settlement: Settlement, memory: LoaderMemory): Changes {
  const inserted = new Set<StoredSpan | StoredLog>(gathered.newSpans);
  for (const log of gathered.newLogs) inserted.add(log);
  const spanLabels: TimedLabelChange[] = [];
  const logLabels: TimedLabelChange[] = [];
  for (const { traceId, spanId, labels } of settlement.spans) {
    const entry = gathered.settledTraces.get(traceId);
    const logId = logOfLeaf(spanId);
    const stored = logId === undefined ? entry?.spans.get(spanId) : entry?.logs.get(logId);
    if (stored === undefined) throw new Error(`settle answered with what it was not given: ${traceId}/${spanId}`);
    if (sameLabels(stored.settled, labels)) continue;
    stored.settled = labels;
    if (inserted.has(stored)) continue;
    const unixNano = "skeleton" in stored ? stored.skeleton.startedUnixNano : stored.atUnixNano;
    (logId === undefined ? spanLabels : logLabels).push({ traceId, id: logId ?? spanId, labels, unixNano });
  }
  return {
    spanRows: gathered.newSpans.map((stored, at) => ({
      record: gathered.spans[at] as SpanRecord,
      labels: stored.settled,
    })),
    logRows: gathered.logs.map((record) => logRow(record, gathered.traces)),
    spanLabels,
    logLabels,
    ...ledgerChanges(gathered, settlement, memory),
  };
}

function logRow(record: LogRecordRow, traces: ReadonlyMap<string, TraceEntry>): LogRow {
  const { log, logId, reading } = record;
  const labels = traces.get(log.traceId)?.logs.get(logId)?.settled ?? reading.labels;
  return { record, labels };
}

/** Settled labels of a piece of evidence: those of the span or log record that it is. */
function evidenceLabels(evidence: Evidence, traces: ReadonlyMap<string, TraceEntry>): Labels {
  const entry = traces.get(evidence.traceId);
  const logId = evidence.source === "log" ? logOfLeaf(evidence.evidenceId) : undefined;
  const stored = logId === undefined ? entry?.spans.get(evidence.spanId) : entry?.logs.get(logId);
  return stored?.settled ?? evidence.labels;
}

type LedgerChanges = Pick<Changes, "oldCalls" | "newCalls" | "newEvidence" | "changedEvidence">;

function ledgerChanges(gathered: Gathered, settlement: Settlement, memory: LoaderMemory): LedgerChanges {
  const after = new Map(settlement.calls.map((call) => [call.callKey, call]));
  const rows = callRows(gathered, after);

  const settled = (evidence: Evidence): EvidenceRow & { readonly call: ModelCall | null } => {
    const decision = settlement.evidence.get(evidence.evidenceId);
    if (decision === undefined) throw new Error(`settle left out the evidence ${evidence.evidenceId}`);
    const call = after.get(decision.callKey) ?? null;
    const callStartUnixNano = call?.startedUnixNano ?? evidence.reading.startedUnixNano;
    return { evidence, ...decision, labels: evidenceLabels(evidence, gathered.traces), callStartUnixNano, call };
  };
  const newEvidence = gathered.newEvidence.map((evidence) => {
    const row = settled(evidence);
    memory.addEvidence({ ...row, settled: row.labels });
    return row;
  });
  const changedEvidence: EvidenceRow[] = [];
  for (const stored of gathered.storedEvidence) {
    const row = settled(stored.evidence);
    const same =
      stored.callKey === row.callKey &&
      stored.counted === row.counted &&
      stored.callStartUnixNano === row.callStartUnixNano &&
      sameLabels(stored.settled, row.labels);
    if (!same) changedEvidence.push(row);
    stored.settled = row.labels;
    stored.callKey = row.callKey;
    stored.counted = row.counted;
    stored.callStartUnixNano = row.callStartUnixNano;
    stored.call = row.call;
  }
  return { ...rows, newEvidence, changedEvidence };
}

/** Rows of the ledger that go and come. One that stays as it is, is not touched. */
function callRows(gathered: Gathered, after: ReadonlyMap<string, ModelCall>): Pick<Changes, "oldCalls" | "newCalls"> {
  const before = new Map<string, OldCall & Pick<StoredEvidence, "call">>();
  for (const { callKey, callStartUnixNano, call } of [...gathered.removedEvidence, ...gathered.storedEvidence]) {
    // Of several the one that knows the row as it was written.
    if (before.get(callKey)?.call === undefined)
      before.set(callKey, { callKey, startUnixNano: callStartUnixNano, call });
  }
  const stays = (callKey: string): boolean => {
    const old = before.get(callKey)?.call;
    const now = after.get(callKey);
    return now === undefined ? old === null : sameContent(old, now);
  };
  return {
    oldCalls: [...before.values()].filter((old) => old.call !== null && !stays(old.callKey)),
    newCalls: [...after.values()].filter((call) => !stays(call.callKey)),
  };
}

/** Whether two plain values say the same, an absent member being an undefined one; every call of a long trace is compared with each load, so this must be quick. */
function sameContent(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isObject(one) || !isObject(other)) return Object.is(one, other);
  for (const name in one) if (!sameContent(one[name], other[name])) return false;
  for (const name in other) if (other[name] !== undefined && one[name] === undefined) return false;
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
