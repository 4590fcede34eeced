/** What the loader remembers of recent traces and evidence. The database is the truth; everything here can be dropped. */
import type { Labels } from "../../normalise/records.ts";
import type { Evidence, ModelCall, SpanSkeleton } from "../../normalise/settlement.ts";

/** A stored span, as far as settling and de-duplication need it. */
export interface StoredSpan {
  readonly skeleton: SpanSkeleton;
  readonly endUnixNano: bigint;
  settled: Labels;
}

/** A stored log record that belongs to a span. */
export interface StoredLog {
  readonly logId: string;
  readonly spanId: string;
  readonly own: Labels;
  /** When it happened (column `at`), in nanoseconds, at least to the microsecond. */
  readonly atUnixNano: bigint;
  settled: Labels;
}

/** Everything stored of one trace. An entry is complete or absent. */
export interface TraceEntry {
  readonly spans: Map<string, StoredSpan>;
  readonly logs: Map<string, StoredLog>;
  /** Ids of the spans that are known to have begun. */
  readonly live: Set<string>;
}

/** A stored piece of evidence and what was settled about it. */
export interface StoredEvidence {
  readonly evidence: Evidence;
  settled: Labels;
  callKey: string;
  counted: boolean;
  callStartUnixNano: bigint;
  /** The ledger's row as this process wrote it; null: it has none; undefined: not known. */
  call: ModelCall | null | undefined;
}

/** Evidence that shares one key (a trace or an id); complete or absent. */
export type EvidenceByKey = Map<string, StoredEvidence>;

/** Key of a trace in `KnownKeys`. */
export function traceKey(traceId: string): string {
  return `trace:${traceId}`;
}

/** The keys through which a piece of evidence is connected with others. */
export function evidenceKeys(evidence: Evidence): readonly string[] {
  const { providerRequestId, messageId, clientRequestId } = evidence.reading;
  const keys: string[] = [];
  if (evidence.traceId !== "") keys.push(`calls:${evidence.traceId}`);
  if (providerRequestId !== undefined) keys.push(`req:${providerRequestId}`);
  if (messageId !== undefined) keys.push(`msg:${messageId}`);
  if (clientRequestId !== undefined) keys.push(`client:${clientRequestId}`);
  return keys;
}

/** A map that forgets what was not used for long, when `trim` is called. It has two generations; using keeps in the new one. */
export class RecentMap<Value> {
  #recent = new Map<string, Value>();
  #older = new Map<string, Value>();
  readonly #weigh: (value: Value) => number;
  readonly #capacity: number;

  /** `capacity` is the total weight that `trim` leaves, beyond what was used last. */
  constructor(capacity: number, weigh: (value: Value) => number) {
    this.#capacity = capacity;
    this.#weigh = weigh;
  }

  get(key: string): Value | undefined {
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const older = this.#older.get(key);
    if (older !== undefined) this.#recent.set(key, older);
    return older;
  }

  set(key: string, value: Value): void {
    this.#recent.set(key, value);
  }

  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }

  /** Forgets the older generation when the recent one has half the capacity. */
  trim(): void {
    let weight = 0;
    for (const value of this.#recent.values()) weight += this.#weigh(value) + 1;
    if (weight * 2 < this.#capacity) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }
}
