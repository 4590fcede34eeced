import type { Table } from "@phasewise/api";
import type { ReactElement } from "react";
import { sumOf } from "../api/rows.ts";
import type { Polled } from "../api/use-polled.ts";
import { formatCompact, formatCount, formatMoney, formatRatio } from "../format/number.ts";
import { Definition } from "./definition.tsx";

/** The window in five figures, from the model report, which counts each call once. */
export function Totals({ models }: { readonly models: Polled<Table> }): ReactElement | null {
  const rows = models.data?.rows;
  if (rows === undefined || rows.length === 0) return null;
  const calls = sumOf(rows, "model_calls");
  const errors = sumOf(rows, "errors");
  const input = sumOf(rows, "input_tokens");
  const unpriced = sumOf(rows, "unpriced_calls");
  return (
    <dl className="totals" aria-label="Totals">
      <Total
        label="Cost"
        meaning="Computed cost of all model calls that started in the window, from dated price tables."
        value={formatMoney(sumOf(rows, "cost_usd"))}
        note={unpriced > 0 ? `without ${formatCount(unpriced)} calls of unknown price` : changeNote(rows)}
        isWarning={unpriced > 0}
      />
      <Total
        label="Model calls"
        meaning="Logical requests to a model, each counted once however many layers reported it; retries belong to their call."
        value={formatCount(calls)}
        note={errors === 0 ? "no errors" : `${formatCount(errors)} failed, ${formatRatio(errors / calls)}`}
        isWarning={errors > 0}
      />
      <Total
        label="Input tokens"
        meaning="Everything that was read by the models: uncached input, cache reads and cache writes."
        value={formatCompact(input)}
        note={input > 0 ? `${formatRatio(sumOf(rows, "cache_read_tokens") / input)} read from cache` : ""}
      />
      <Total
        label="Output tokens"
        meaning="Everything that the models wrote, reasoning included."
        value={formatCompact(sumOf(rows, "output_tokens"))}
        note={reasoningNote(sumOf(rows, "reasoning_tokens"))}
      />
    </dl>
  );
}

function Total(props: {
  readonly label: string;
  readonly meaning: string;
  readonly value: string;
  readonly note: string;
  readonly isWarning?: boolean;
}): ReactElement {
  return (
    <div className="total">
      <dt>
        <Definition meaning={props.meaning}>{props.label}</Definition>
      </dt>
      <dd className="total-value">{props.value}</dd>
      <dd className={props.isWarning === true ? "total-note tone-warning" : "total-note"}>{props.note}</dd>
    </div>
  );
}

function reasoningNote(tokens: number): string {
  return tokens > 0 ? `${formatCompact(tokens)} of it reasoning` : "";
}

/** How the cost stands to the window of the same length before this one, when there was any. */
function changeNote(rows: Table["rows"]): string {
  const before = sumOf(rows, "previous_cost_usd");
  if (before === 0) return "";
  const change = sumOf(rows, "cost_usd") / before - 1;
  if (Math.abs(change) < 0.005) return "as in the window before";
  return `${formatRatio(Math.abs(change))} ${change > 0 ? "more" : "less"} than the window before`;
}
