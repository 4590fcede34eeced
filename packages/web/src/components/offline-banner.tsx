import type { ReactElement } from "react";
import type { CollectorState } from "../api/collector-state.ts";
import { formatMoment } from "../format/time.ts";

/** Says since when the collector has been silent, because the figures below are from then. */
export function OfflineBanner(props: {
  readonly collector: CollectorState;
  readonly timeZone: string;
}): ReactElement | null {
  const { collector, timeZone } = props;
  if (collector.condition !== "offline") return null;
  const since = collector.offlineSince === undefined ? "" : ` since ${formatMoment(collector.offlineSince, timeZone)}`;
  return (
    <div className="banner" role="alert">
      <p>
        <strong>The collector does not answer{since}.</strong>{" "}
        {collector.hasTelemetry === undefined
          ? "Start it with npm start or phasewise serve."
          : "The figures are from then; agents keep theirs and send them again."}
      </p>
      <button type="button" className="button" onClick={collector.retry}>
        Try again
      </button>
    </div>
  );
}
