import type { ReactElement } from "react";
import type { CollectorState } from "../api/collector-state.ts";
import { formatCount } from "../format/number.ts";

/** One word on how the collector is, told to screen readers when it changes. */
export function CollectorBadge({ collector }: { readonly collector: CollectorState }): ReactElement {
  return (
    <p className={`badge badge-${collector.condition}`} role="status">
      <span className="dot" aria-hidden="true" />
      <span className="visually-hidden">Collector: </span>
      {badgeText(collector)}
    </p>
  );
}

function badgeText({ condition, waiting }: CollectorState): string {
  switch (condition) {
    case "ready":
      return "Up to date";
    case "behind":
      return waiting > 0 ? `Catching up, ${formatCount(waiting)} behind` : "Catching up";
    case "offline":
      return "Offline";
    default:
      return "Connecting";
  }
}
