import type { ReactElement } from "react";

const TONES: Readonly<Record<string, string>> = {
  running: "accent",
  succeeded: "good",
  failed: "bad",
  cancelled: "quiet",
  lost: "warning",
};

/** How a run stands: a dot and the word, so that colour is never alone. */
export function Status({ status }: { readonly status: string }): ReactElement {
  return (
    <span className={`status tone-${TONES[status] ?? "quiet"}`}>
      <span className={status === "running" ? "dot dot-live" : "dot"} aria-hidden="true" />
      {status}
    </span>
  );
}
