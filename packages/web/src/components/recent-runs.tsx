import type { Table } from "@phasewise/api";
import type { ReactElement } from "react";
import { numberOf, type Row, textOf } from "../api/rows.ts";
import type { Polled } from "../api/use-polled.ts";
import { ABSENT } from "../format/column.ts";
import { formatDuration } from "../format/duration.ts";
import { amountPlaces, formatAmount, formatCount } from "../format/number.ts";
import { formatMoment, parseMoment } from "../format/time.ts";
import { Name } from "./name.tsx";
import { Empty, Failure, Skeleton } from "./notice.tsx";
import { Status } from "./status.tsx";

/** The newest runs of the window, with how they ended. */
export function RecentRuns(props: {
  readonly runs: Polled<Table>;
  readonly timeZone: string;
  readonly windowName: string;
}): ReactElement {
  const { runs, timeZone, windowName } = props;
  const ended = (runs.data?.rows ?? []).filter((row) => textOf(row, "status") !== "running");
  const places = amountPlaces(ended.map((row) => numberOf(row, "cost_usd")));
  return (
    <section className="section" aria-labelledby="recent-title">
      <div className="section-head">
        <h2 id="recent-title">Recent runs</h2>
      </div>
      {runs.data === undefined && runs.failure === undefined && <Skeleton lines={4} label="Loading recent runs" />}
      {runs.data === undefined && runs.failure !== undefined && <Failure failure={runs.failure} onRetry={runs.retry} />}
      {runs.data !== undefined && ended.length === 0 && <Empty>No run has ended in the last {windowName}.</Empty>}
      {ended.length > 0 && (
        <div className="table-scroll panel" role="region" aria-labelledby="recent-title" tabIndex={0}>
          <table className="table">
            <caption className="visually-hidden">Runs of the last {windowName}, newest first</caption>
            <thead>
              <tr>
                <th scope="col">Run</th>
                <th scope="col">Status</th>
                <th scope="col">Started</th>
                <th scope="col" className="number">
                  Duration
                </th>
                <th scope="col" className="number">
                  Calls
                </th>
                <th scope="col" className="number">
                  Cost <span className="unit">USD</span>
                </th>
                <th scope="col">Commit</th>
                <th scope="col">Error</th>
              </tr>
            </thead>
            <tbody>
              {ended.map((row) => (
                <RunRow key={textOf(row, "run_id") ?? ""} row={row} timeZone={timeZone} places={places} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function RunRow(props: { readonly row: Row; readonly timeZone: string; readonly places: number }): ReactElement {
  const { row, timeZone, places } = props;
  const number = numberOf(row, "run_number");
  const started = parseMoment(textOf(row, "started_at"));
  const duration = numberOf(row, "duration_ms");
  const cost = numberOf(row, "cost_usd");
  const commit = textOf(row, "git_commit");
  const error = textOf(row, "error_message") ?? textOf(row, "error_type");
  return (
    <tr>
      <th scope="row">
        <Name>{textOf(row, "run_name") ?? textOf(row, "run_id") ?? ABSENT}</Name>
        {number !== null && <span className="run-number"> #{number}</span>}
      </th>
      <td>
        <Status status={textOf(row, "status") ?? "unknown"} />
      </td>
      <td className="moment">{started === null ? ABSENT : formatMoment(started, timeZone)}</td>
      <td className="number">{duration === null ? ABSENT : formatDuration(duration)}</td>
      <td className="number">{formatCount(numberOf(row, "model_calls") ?? 0)}</td>
      <td className="number">{cost === null ? ABSENT : formatAmount(cost, places)}</td>
      <td>{commit === null ? ABSENT : <code title={commit}>{commit.slice(0, 7)}</code>}</td>
      <td className="error-cell">
        <span className="clamped" title={error ?? undefined}>
          {error ?? ABSENT}
        </span>
      </td>
    </tr>
  );
}
