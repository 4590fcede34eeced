import type { DuckDBConnection } from "@duckdb/node-api";
import type { Origin } from "../../normalise/records.ts";
import type { Evidence } from "../../normalise/settlement.ts";
import {
  type EvidenceByKey,
  RecentMap,
  type StoredEvidence,
  type TraceEntry,
  evidenceKeys,
  traceKey,
} from "./cache.ts";
import { KnownKeys } from "./known-keys.ts";
import { emptyTrace, readEvidence, readKnownKeys, readTraces } from "./lookups.ts";

/** Spans and log records whose skeletons are remembered. */
const REMEMBERED_ITEMS = 100_000;
/** Pieces of evidence that are remembered, counted once per key. */
const REMEMBERED_EVIDENCE = 50_000;
const TRIM_EVERY = 10_000;

/**
 * What the loader knows without asking the database, and the way to it otherwise. Entries may be changed during a
 * load; when the load fails, `forgetAll` drops them and the database says again how things are.
 */
export class LoaderMemory {
  readonly #traces = new RecentMap<TraceEntry>(REMEMBERED_ITEMS, (entry) => entry.spans.size + entry.logs.size);
  readonly #evidence = new RecentMap<EvidenceByKey>(REMEMBERED_EVIDENCE, (entry) => entry.size);
  readonly #known = new KnownKeys();
  #knownIsComplete = false;
  #loadedSinceTrim = 0;
  readonly #resources = new Set<string>();
  readonly #scopes = new Set<string>();

  /** Reads which resources and scopes there are. */
  async readOrigins(connection: DuckDBConnection): Promise<void> {
    for (const [table, ids] of [
      ["resource", this.#resources],
      ["scope", this.#scopes],
    ] as const) {
      const rows = await connection.runAndReadAll(`select ${table}_id from ${table}s`);
      for (const [id] of rows.getRows()) ids.add(String(id));
    }
  }

  /** Learns every key of the database. Until it is through, a key that was not seen here is looked up. */
  async learnKnownKeys(connection: DuckDBConnection, stopped: () => boolean): Promise<void> {
    this.#knownIsComplete = await readKnownKeys(connection, (key) => this.#known.add(key), stopped);
  }

  #mayHave(key: string): boolean {
    return !this.#knownIsComplete || this.#known.mayHave(key);
  }

  /** The entries of these traces, complete. */
  async traces(connection: DuckDBConnection, traceIds: Iterable<string>): Promise<ReadonlyMap<string, TraceEntry>> {
    const entries = new Map<string, TraceEntry>();
    const missing: string[] = [];
    for (const traceId of new Set(traceIds)) {
      const remembered = this.#traces.get(traceId);
      if (remembered !== undefined) entries.set(traceId, remembered);
      else if (this.#mayHave(traceKey(traceId))) missing.push(traceId);
      else entries.set(traceId, emptyTrace());
    }
    for (const [traceId, entry] of await readTraces(connection, missing)) entries.set(traceId, entry);
    for (const [traceId, entry] of entries) this.#traces.set(traceId, entry);
    return entries;
  }

  /** All evidence that is connected with the keys, through whatever chain of evidence, and all keys on the way. */
  async connected(
    connection: DuckDBConnection,
    startKeys: Iterable<string>,
  ): Promise<{ readonly evidence: Map<string, StoredEvidence>; readonly keys: ReadonlySet<string> }> {
    const evidence = new Map<string, StoredEvidence>();
    const keys = new Set<string>();
    let frontier = new Set(startKeys);
    while (frontier.size > 0) {
      for (const key of frontier) keys.add(key);
      await this.#complete(connection, frontier);
      const next = new Set<string>();
      for (const key of frontier) {
        for (const [id, stored] of this.#evidence.get(key) ?? []) {
          if (evidence.has(id)) continue;
          evidence.set(id, stored);
          for (const other of evidenceKeys(stored.evidence)) if (!keys.has(other)) next.add(other);
        }
      }
      frontier = next;
    }
    return { evidence, keys };
  }

  async #complete(connection: DuckDBConnection, keys: ReadonlySet<string>): Promise<void> {
    const missing: string[] = [];
    for (const key of keys) {
      if (this.#evidence.get(key) !== undefined) continue;
      if (this.#mayHave(key)) missing.push(key);
      this.#evidence.set(key, new Map());
    }
    if (missing.length === 0) return;
    const wanted = new Set(missing);
    for (const read of await readEvidence(connection, missing)) {
      const id = read.evidence.evidenceId;
      const itsKeys = evidenceKeys(read.evidence);
      // One object per piece of evidence, whichever key leads to it.
      const stored = itsKeys.map((key) => this.#evidence.get(key)?.get(id)).find((one) => one !== undefined) ?? read;
      for (const key of itsKeys) if (wanted.has(key)) this.#evidence.get(key)?.set(id, stored);
    }
  }

  /** Takes a new piece of evidence in under keys that `connected` has gone through. */
  addEvidence(stored: StoredEvidence): void {
    for (const key of evidenceKeys(stored.evidence)) this.#evidence.get(key)?.set(stored.evidence.evidenceId, stored);
  }

  removeEvidence(evidence: Evidence): void {
    for (const key of evidenceKeys(evidence)) this.#evidence.get(key)?.delete(evidence.evidenceId);
  }

  /** Origins whose resource, or whose scope, is not stored. Each id comes once. */
  newOrigins(origins: Iterable<Origin>): { readonly resources: readonly Origin[]; readonly scopes: readonly Origin[] } {
    const resources = new Map<string, Origin>();
    const scopes = new Map<string, Origin>();
    for (const origin of origins) {
      if (!this.#resources.has(origin.resourceId) && !resources.has(origin.resourceId)) {
        resources.set(origin.resourceId, origin);
      }
      if (!this.#scopes.has(origin.scopeId) && !scopes.has(origin.scopeId)) scopes.set(origin.scopeId, origin);
    }
    return { resources: [...resources.values()], scopes: [...scopes.values()] };
  }

  /** After a commit: what was loaded is known from now on. */
  keep(loaded: {
    readonly items: number;
    readonly traceIds: Iterable<string>;
    readonly keys: Iterable<string>;
    readonly resources: readonly Origin[];
    readonly scopes: readonly Origin[];
  }): void {
    for (const traceId of loaded.traceIds) this.#known.add(traceKey(traceId));
    for (const key of loaded.keys) this.#known.add(key);
    for (const origin of loaded.resources) this.#resources.add(origin.resourceId);
    for (const origin of loaded.scopes) this.#scopes.add(origin.scopeId);
    this.#loadedSinceTrim += loaded.items;
    if (this.#loadedSinceTrim < TRIM_EVERY) return;
    this.#loadedSinceTrim = 0;
    this.#traces.trim();
    this.#evidence.trim();
  }

  /** After a failed load: nothing that may have been changed is remembered. */
  forgetAll(): void {
    this.#traces.clear();
    this.#evidence.clear();
  }
}
