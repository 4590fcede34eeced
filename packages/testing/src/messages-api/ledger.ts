import { costPicoUsd } from "./price-table.ts";
import { printTable } from "../print-table.ts";
import type { Charge } from "./usage.ts";

/** One request that reached `POST /v1/messages`, and what it was billed. */
export interface LedgerEntry extends Charge {
  /** Counts from 0 in the order of arrival. */
  readonly index: number;
  readonly atUnixMs: number;
  /** As requested. */
  readonly requestModel: string;
  /** Without its date, or as requested when the double does not serve it. */
  readonly model: string;
  readonly stream: boolean;
  /** HTTP status; 0 while nothing was answered. */
  readonly status: number;
  readonly requestId: string;
  /** Absent when there was no message. */
  readonly messageId: string | undefined;
  readonly errorType: string | undefined;
  readonly stopReason: string | undefined;
  readonly label: string | undefined;
  /** `whole`: to its end. `error`: an error answer. `broken`: the double broke it off. `left`: the client did. */
  readonly ended: "open" | "whole" | "error" | "broken" | "left";
  /** Exactly, in 1e-12 USD, by the double's own price table. */
  readonly costPicoUsd: bigint;
}

/** Sums of entries. */
export interface LedgerTotals {
  readonly requests: number;
  /** Requests that were answered with a message to its end. */
  readonly answered: number;
  readonly errors: number;
  /** Answers that broke off, by whichever side. */
  readonly broken: number;
  readonly uncachedInputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly outputTokens: number;
  readonly thinkingTokens: number;
  readonly webSearchRequests: number;
  readonly costPicoUsd: bigint;
}

/** What the double served so far. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  readonly total: LedgerTotals;
  readonly byModel: ReadonlyMap<string, LedgerTotals>;
  /** By the `x-double-label` header; requests without one are under `""`. */
  readonly byLabel: ReadonlyMap<string, LedgerTotals>;
  /** A line per model and one for the total, as text. */
  table(): string;
}

/** Prices a charge for an entry: nothing when the double does not serve the model. */
export function priceEntry(model: string, charge: Charge, atUnixMs: number): bigint {
  return isFree(charge) ? 0n : costPicoUsd(model, charge, atUnixMs);
}

function isFree(charge: Charge): boolean {
  return (
    charge.uncachedInputTokens +
      charge.cacheReadTokens +
      charge.cacheWrite5mTokens +
      charge.cacheWrite1hTokens +
      charge.outputTokens +
      charge.webSearchRequests ===
    0
  );
}

/** A ledger over the entries. */
export function toLedger(entries: readonly LedgerEntry[]): Ledger {
  const total = sum(entries);
  const byModel = sumBy(entries, (entry) => entry.model);
  return {
    entries,
    total,
    byModel,
    byLabel: sumBy(entries, (entry) => entry.label ?? ""),
    table: () => ledgerTable(byModel, total),
  };
}

/** 1e-12 USD as decimal text in USD, all digits and no needless zeros. */
export function formatUsd(picoUsd: bigint): string {
  const sign = picoUsd < 0n ? "-" : "";
  const digits = String(picoUsd < 0n ? -picoUsd : picoUsd).padStart(13, "0");
  const fraction = digits.slice(-12).replace(/0+$/, "");
  return `${sign}${digits.slice(0, -12)}${fraction === "" ? "" : `.${fraction}`}`;
}

function sumBy(
  entries: readonly LedgerEntry[],
  keyOf: (entry: LedgerEntry) => string,
): ReadonlyMap<string, LedgerTotals> {
  const groups = Map.groupBy(entries, keyOf);
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => [key, sum(group)]));
}

function sum(entries: readonly LedgerEntry[]): LedgerTotals {
  const add = (read: (entry: LedgerEntry) => number): number =>
    entries.reduce((total, entry) => total + read(entry), 0);
  const count = (...ended: readonly LedgerEntry["ended"][]): number =>
    entries.filter((entry) => ended.includes(entry.ended)).length;
  return {
    requests: entries.length,
    answered: count("whole"),
    errors: count("error"),
    broken: count("broken", "left"),
    uncachedInputTokens: add((entry) => entry.uncachedInputTokens),
    cacheReadTokens: add((entry) => entry.cacheReadTokens),
    cacheWrite5mTokens: add((entry) => entry.cacheWrite5mTokens),
    cacheWrite1hTokens: add((entry) => entry.cacheWrite1hTokens),
    outputTokens: add((entry) => entry.outputTokens),
    thinkingTokens: add((entry) => entry.thinkingTokens),
    webSearchRequests: add((entry) => entry.webSearchRequests),
    costPicoUsd: entries.reduce((total, entry) => total + entry.costPicoUsd, 0n),
  };
}

function ledgerTable(byModel: ReadonlyMap<string, LedgerTotals>, total: LedgerTotals): string {
  const header = [
    "model",
    "answered",
    "errors",
    "uncached_input",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "output",
    "cost_usd",
  ];
  const rows = [...byModel, ["total", total] as const].map(([name, totals]) => [
    name,
    String(totals.answered),
    String(totals.errors),
    String(totals.uncachedInputTokens),
    String(totals.cacheReadTokens),
    String(totals.cacheWrite5mTokens),
    String(totals.cacheWrite1hTokens),
    String(totals.outputTokens),
    formatUsd(totals.costPicoUsd),
  ]);
  return printTable(header, rows);
}
