import type { ReactElement } from "react";
import type { CollectorState } from "../api/collector-state.ts";
import { type ChangeView, type ViewState, WINDOWS } from "../view-state.ts";
import { CollectorBadge } from "./collector-badge.tsx";
import { Segmented } from "./segmented.tsx";
import { TimeZoneSelect } from "./time-zone-select.tsx";

/** Name of the product, state of the collector, time window and time zone. */
export function Header(props: {
  readonly view: ViewState;
  readonly onChange: ChangeView;
  readonly collector: CollectorState;
}): ReactElement {
  const { view, onChange, collector } = props;
  return (
    <header className="header">
      <div className="header-inner">
        <h1 className="brand">
          <Mark />
          Phasewise
        </h1>
        <CollectorBadge collector={collector} />
        <div className="header-controls">
          <TimeZoneSelect
            value={view.timeZone}
            onChange={(timeZone) => {
              onChange({ timeZone });
            }}
          />
          <Segmented
            legend="Time window"
            before="last "
            choices={WINDOWS}
            short={(window) => window}
            value={view.window}
            onChange={(window) => {
              onChange({ window });
            }}
          />
        </div>
      </div>
    </header>
  );
}

/** Three steps of a run, one after the other. */
function Mark(): ReactElement {
  return (
    <svg className="mark" viewBox="0 0 22 22" width="22" height="22" aria-hidden="true">
      <rect x="1" y="3" width="10" height="4" rx="2" />
      <rect x="5" y="9" width="14" height="4" rx="2" opacity="0.75" />
      <rect x="12" y="15" width="9" height="4" rx="2" opacity="0.5" />
    </svg>
  );
}
