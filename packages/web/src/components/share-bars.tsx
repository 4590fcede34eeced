import type { ReactElement } from "react";
import { numberOf, type Row, textOf } from "../api/rows.ts";
import { ABSENT } from "../format/column.ts";
import { formatRatio } from "../format/number.ts";
import type { Measure } from "../view-state.ts";
import { Name } from "./name.tsx";
import type { SectionText } from "./section-text.ts";

/** Rows beyond this are gathered into one bar; the table has them all. */
const MOST_BARS = 8;

const COLUMNS: Readonly<Record<Measure, string>> = { cost: "cost_usd", time: "duration_ms" };

/** Column that a measure is read from. */
export function measureColumn(measure: Measure): string {
  return COLUMNS[measure];
}

interface Bar {
  readonly name: string;
  /** Null when it is not known, which is not the same as nothing. */
  readonly value: number | null;
}

/** Each row's share of the whole as a bar, longest first; the amounts are in the table beside it, in the same order. */
export function ShareBars(props: {
  readonly rows: readonly Row[];
  readonly text: SectionText;
  readonly measure: Measure;
}): ReactElement {
  const bars = barsOf(props.rows, props.text, measureColumn(props.measure));
  const whole = bars.reduce((sum, bar) => sum + (bar.value ?? 0), 0);
  const longest = Math.max(0, ...bars.map((bar) => bar.value ?? 0));
  const unknown = props.measure === "cost" ? "no price" : ABSENT;
  return (
    <figure className="bars">
      <figcaption>Share of {props.measure === "cost" ? "cost" : "time"}</figcaption>
      <ol>
        {bars.map((bar) => (
          <li key={bar.name} className="bar">
            <span className="bar-name">
              <Name>{bar.name}</Name>
            </span>
            <span className="bar-share">
              {bar.value === null ? unknown : formatRatio(whole > 0 ? bar.value / whole : 0)}
            </span>
            <svg className="bar-picture" width="100%" height="8" aria-hidden="true">
              <rect className="bar-track" width="100%" height="8" rx="4" />
              <rect
                className="bar-fill"
                width={`${longest > 0 ? ((bar.value ?? 0) / longest) * 100 : 0}%`}
                height="8"
                rx="4"
              />
            </svg>
          </li>
        ))}
      </ol>
    </figure>
  );
}

function barsOf(rows: readonly Row[], text: SectionText, column: string): Bar[] {
  const sorted = rows
    .map((row) => ({ name: textOf(row, text.name) ?? text.unnamed, value: numberOf(row, column) }))
    .sort((a, b) => (b.value ?? -1) - (a.value ?? -1));
  if (sorted.length <= MOST_BARS) return sorted;
  const rest = sorted.slice(MOST_BARS - 1);
  const sum = rest.reduce((total, bar) => total + (bar.value ?? 0), 0);
  return [...sorted.slice(0, MOST_BARS - 1), { name: `${rest.length} others`, value: sum }];
}
