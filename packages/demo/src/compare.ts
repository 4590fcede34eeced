import { formatUsd, type Ledger, type LedgerTotals } from "@phasewise/testing";
import type { Cell, Report } from "./collector.ts";

/** Report columns and the ledger figures that they must equal. Cost is in 1e-12 USD. */
const FIGURES: Readonly<Record<string, (totals: LedgerTotals) => bigint>> = {
  uncached_input_tokens: (totals) => BigInt(totals.uncachedInputTokens),
  cache_read_tokens: (totals) => BigInt(totals.cacheReadTokens),
  cache_write_5m_tokens: (totals) => BigInt(totals.cacheWrite5mTokens),
  cache_write_1h_tokens: (totals) => BigInt(totals.cacheWrite1hTokens),
  cache_write_unknown_tokens: () => 0n,
  output_tokens: (totals) => BigInt(totals.outputTokens),
  cost_usd: (totals) => totals.costPicoUsd,
};

/** Where reports and ledger differ, a sentence each; empty when they agree to the last digit. */
export function findDifferences(reports: readonly Report[], ledger: Ledger): readonly string[] {
  const differences = reports.flatMap((report) => compareRows(report, report.rows, ledger.total, "in all"));
  const models = reports.find((report) => report.report === "model_report");
  for (const [model, totals] of models === undefined ? [] : ledger.byModel) {
    const rows = models?.rows.filter((row) => row["model"] === model) ?? [];
    if (models !== undefined) differences.push(...compareRows(models, rows, totals, model));
  }
  return differences;
}

function compareRows(report: Report, rows: Report["rows"], totals: LedgerTotals, subject: string): readonly string[] {
  return Object.entries(FIGURES).flatMap(([column, figureOf]) => {
    const isCost = column === "cost_usd";
    const read = isCost ? toPicoUsd : toCount;
    const reported = rows.reduce((sum, row) => sum + read(row[column]), 0n);
    const served = figureOf(totals);
    if (reported === served) return [];
    const write = isCost ? formatUsd : String;
    return [`${report.report}, ${subject}: ${column} is ${write(reported)}, the ledger has ${write(served)}`];
  });
}

function toCount(cell: Cell | undefined): bigint {
  return cell === undefined || cell === null ? 0n : BigInt(cell);
}

/** Decimal text in USD as whole 1e-12 USD; digits beyond that would be lost, so they are an error. */
export function toPicoUsd(cell: Cell | undefined): bigint {
  if (cell === undefined || cell === null) return 0n;
  const match = /^(-?)(\d+)(?:\.(\d*?)0*)?$/.exec(cell);
  const fraction = match?.[3] ?? "";
  if (match === null || fraction.length > 12) {
    throw new Error(`expected an amount in USD with at most 12 decimals, got "${cell}"`);
  }
  const pico = BigInt(`${match[2]}${fraction.padEnd(12, "0")}`);
  return match[1] === "-" ? -pico : pico;
}
