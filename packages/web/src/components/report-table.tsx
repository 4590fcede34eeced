import type { Column, Table } from "@phasewise/api";
import type { ReactElement } from "react";
import { numberOf, textOf } from "../api/rows.ts";
import { columnLabel, columnUnit, formatValue, isNumeric } from "../format/column.ts";
import { amountPlaces } from "../format/number.ts";
import type { Measure } from "../view-state.ts";
import { Definition } from "./definition.tsx";
import { Name } from "./name.tsx";
import type { SectionText } from "./section-text.ts";
import { measureColumn } from "./share-bars.tsx";

/** Columns shown before all are asked for; those that a report does not have are left out. */
const MAIN = [
  "model_calls",
  "cost_usd",
  "duration_ms",
  "p95_ms",
  "errors",
  "uncached_input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "output_tokens",
] as const;

/** A report as a table; each heading tells its definition. */
export function ReportTable(props: {
  readonly table: Table;
  readonly text: SectionText;
  readonly measure: Measure;
  readonly allColumns: boolean;
  readonly timeZone: string;
}): ReactElement {
  const { table, text, timeZone } = props;
  const names = props.allColumns ? table.columns.map((column) => column.name) : [text.name, ...MAIN];
  const columns = names.flatMap((name) => table.columns.filter((column) => column.name === name));
  const sortedBy = measureColumn(props.measure);
  const rows = table.rows.toSorted((a, b) => (numberOf(b, sortedBy) ?? -1) - (numberOf(a, sortedBy) ?? -1));
  const places = new Map(
    columns
      .filter((column) => column.unit === "USD")
      .map((column) => [column.name, amountPlaces(rows.map((row) => numberOf(row, column.name)))]),
  );
  return (
    <div className="table-scroll" role="region" aria-label={`${text.title}, table`} tabIndex={0}>
      <table className="table">
        <caption className="visually-hidden">
          {text.title}: {text.lead} Sorted by {props.measure}.
        </caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                className={isNumeric(column) ? "number" : undefined}
                aria-sort={column.name === sortedBy ? "descending" : undefined}
              >
                <Heading column={column} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={textOf(row, text.name) ?? ""}>
              {columns.map((column) =>
                column.name === text.name ? (
                  <th key={column.name} scope="row">
                    <RowName name={textOf(row, text.name)} unnamed={text.unnamed} />
                  </th>
                ) : (
                  <td key={column.name} className={cellClass(column, row[column.name])}>
                    {formatValue(column, row[column.name], { timeZone, places: places.get(column.name) })}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RowName({ name, unnamed }: { readonly name: string | null; readonly unnamed: string }): ReactElement {
  return name === null ? <em>{unnamed}</em> : <Name>{name}</Name>;
}

function Heading({ column }: { readonly column: Column }): ReactElement {
  const unit = columnUnit(column);
  const label = (
    <>
      {columnLabel(column)}
      {unit !== "" && <span className="unit"> {unit}</span>}
    </>
  );
  return column.comment === null ? label : <Definition meaning={column.comment}>{label}</Definition>;
}

function cellClass(column: Column, value: unknown): string | undefined {
  if (!isNumeric(column)) return undefined;
  const isAlarm =
    typeof value === "number" && value > 0 && /^(?:errors|failed_calls|unpriced_calls)$/.test(column.name);
  if (isAlarm) return "number alarm";
  return value === 0 || value === null ? "number nothing" : "number";
}
