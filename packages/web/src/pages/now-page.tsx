import type { Table } from "@phasewise/api";
import type { ReactElement } from "react";
import { getTable } from "../api/client.ts";
import type { CollectorState } from "../api/collector-state.ts";
import { type Polled, usePolled } from "../api/use-polled.ts";
import { FirstRun } from "../components/first-run.tsx";
import { Empty } from "../components/notice.tsx";
import { RecentRuns } from "../components/recent-runs.tsx";
import { ReportSection } from "../components/report-section.tsx";
import type { SectionText } from "../components/section-text.ts";
import { RunningRuns } from "../components/running-runs.tsx";
import { Segmented } from "../components/segmented.tsx";
import { Totals } from "../components/totals.tsx";
import { type ChangeView, MEASURES, type ViewState, WINDOWS } from "../view-state.ts";

const LIVE_MS = 2000;
const REPORT_MS = 10_000;

const PHASES: SectionText = {
  report: "phase_report",
  name: "phase",
  title: "Phases",
  lead: "Where in a run time and money go.",
  unnamed: "outside any phase",
};
const AGENTS: SectionText = {
  report: "agent_report",
  name: "agent",
  title: "Agents",
  lead: "Who spends them.",
  unnamed: "outside any agent",
};
const MODELS: SectionText = {
  report: "model_report",
  name: "model",
  title: "Models",
  lead: "Which model they go to.",
  unnamed: "unnamed model",
};

/** What runs now, what ran, and where time and money go. */
export function NowPage(props: {
  readonly view: ViewState;
  readonly onChange: ChangeView;
  readonly collector: CollectorState;
}): ReactElement {
  const { view, onChange, collector } = props;
  const { timeZone, measure } = view;
  const since = new URLSearchParams({ since: view.window, tz: timeZone }).toString();
  const running = useTable("/api/runs?status=running&limit=50", LIVE_MS);
  const lost = useTable(`/api/runs?status=lost&limit=5&since=${view.window}`, REPORT_MS);
  const runs = useTable(`/api/runs?limit=25&since=${view.window}`, REPORT_MS);
  const phases = useTable(`/api/reports/phase_report?${since}`, REPORT_MS);
  const agents = useTable(`/api/reports/agent_report?${since}`, REPORT_MS);
  const models = useTable(`/api/reports/model_report?${since}`, REPORT_MS);
  const windowName = WINDOWS.find(([window]) => window === view.window)?.[1] ?? view.window;
  const sections = [
    { text: PHASES, polled: phases },
    { text: AGENTS, polled: agents },
    { text: MODELS, polled: models },
  ];
  if (collector.hasTelemetry === false) return <FirstRun />;
  // The banner has said it; the same once more in every section would not help.
  if (collector.condition === "offline" && models.data === undefined && runs.data === undefined) {
    return <Empty>There are no figures yet. They appear when the collector answers.</Empty>;
  }
  return (
    <div className="page">
      <Totals models={models} />
      <RunningRuns running={running} lost={lost} timeZone={timeZone} />
      <RecentRuns runs={runs} timeZone={timeZone} windowName={windowName} />
      <div className="reports-head">
        <p className="reports-title">Time and money, last {windowName}</p>
        <Segmented
          legend="Bars and order by"
          choices={MEASURES}
          value={measure}
          onChange={(next) => {
            onChange({ measure: next });
          }}
        />
      </div>
      {sections.map(({ text, polled }) => (
        <ReportSection
          key={text.report}
          text={text}
          path={`/api/reports/${text.report}?${since}`}
          polled={polled}
          measure={measure}
          timeZone={timeZone}
          windowName={windowName}
        />
      ))}
    </div>
  );
}

function useTable(path: string, intervalMs: number): Polled<Table> {
  return usePolled(path, (signal) => getTable(path, signal), intervalMs);
}
