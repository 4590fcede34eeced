import type { Table } from "@phasewise/api";
import { type ReactElement, useEffect, useState } from "react";
import { numberOf, type Row, textOf } from "../api/rows.ts";
import type { Polled } from "../api/use-polled.ts";
import { formatClock, formatDuration } from "../format/duration.ts";
import { formatCompact, formatMoney } from "../format/number.ts";
import { formatMoment, parseMoment } from "../format/time.ts";
import { Name } from "./name.tsx";
import { Empty, Failure, Skeleton } from "./notice.tsx";
import { Status } from "./status.tsx";

/** Runs that are open: where each is, for how long, and what it took so far. */
export function RunningRuns(props: {
  readonly running: Polled<Table>;
  readonly lost: Polled<Table>;
  readonly timeZone: string;
}): ReactElement {
  const { running, lost, timeZone } = props;
  const rows = [...(running.data?.rows ?? []), ...(lost.data?.rows ?? [])];
  return (
    <section className="section" aria-labelledby="running-title">
      <div className="section-head">
        <h2 id="running-title">Running now</h2>
        {running.data !== undefined && running.data.rows.length > 0 && (
          <span className="count">{running.data.rows.length}</span>
        )}
      </div>
      {running.data === undefined && running.failure === undefined && (
        <Skeleton lines={2} label="Loading running runs" />
      )}
      {running.data === undefined && running.failure !== undefined && (
        <Failure failure={running.failure} onRetry={running.retry} />
      )}
      {running.data !== undefined && rows.length === 0 && <Empty>No run is open.</Empty>}
      {rows.length > 0 && (
        <ul className="cards">
          {rows.map((row) => (
            <RunCard
              key={textOf(row, "run_id") ?? ""}
              row={row}
              timeZone={timeZone}
              frozen={running.failure !== undefined}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

/** One open run. The clock stands still when its state is no longer known. */
function RunCard(props: { readonly row: Row; readonly timeZone: string; readonly frozen: boolean }): ReactElement {
  const { row, timeZone, frozen } = props;
  const status = textOf(row, "status") ?? "running";
  const isLost = status === "lost";
  const number = numberOf(row, "run_number");
  const agent = textOf(row, "agent");
  const cost = numberOf(row, "cost_usd");
  const lastSeen = parseMoment(textOf(row, "last_seen_at"));
  return (
    <li className={isLost ? "card card-lost" : "card"}>
      <div className="card-head">
        <h3>
          <Name>{textOf(row, "run_name") ?? textOf(row, "run_id") ?? "unnamed"}</Name>
          {number !== null && <span className="run-number"> #{number}</span>}
        </h3>
        <Status status={status} />
      </div>
      <p className="card-phase">
        <span className="label">Phase</span>
        <Name>{textOf(row, "current_phase") ?? "between phases"}</Name>
      </p>
      <p className="card-clock">
        <span className="label">{isLost ? "Ran for" : "Elapsed"}</span>
        <Clock row={row} frozen={frozen || isLost} />
      </p>
      <dl className="card-figures">
        <Figure label="Cost so far" value={cost === null ? "no price" : formatMoney(cost)} />
        <Figure label="Calls" value={formatCompact(numberOf(row, "model_calls") ?? 0)} />
        <Figure label="Tokens in" value={formatCompact(numberOf(row, "input_tokens") ?? 0)} />
        <Figure label="Tokens out" value={formatCompact(numberOf(row, "output_tokens") ?? 0)} />
      </dl>
      {isLost && (
        <p className="card-note">
          No sign of life{lastSeen === null ? "" : ` since ${formatMoment(lastSeen, timeZone)}`}: the process probably
          died.
        </p>
      )}
      {!isLost && agent !== null && <p className="card-note">Agent {agent}</p>}
    </li>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: string }): ReactElement {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Time since the start, ticking; or the duration that is known when the run is not followed any more. */
function Clock({ row, frozen }: { readonly row: Row; readonly frozen: boolean }): ReactElement {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (frozen) return undefined;
    const timer = window.setInterval(() => {
      setNow(Date.now());
    }, 1000);
    return () => {
      window.clearInterval(timer);
    };
  }, [frozen]);
  const started = parseMoment(textOf(row, "started_at"));
  const known = numberOf(row, "duration_ms");
  if (frozen && known !== null) return <span className="clock">{formatDuration(known)}</span>;
  const elapsed = started === null ? (known ?? 0) : now - started;
  return <time className="clock">{formatClock(elapsed)}</time>;
}
