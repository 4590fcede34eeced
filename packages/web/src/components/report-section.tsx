import type { Table } from "@phasewise/api";
import { type ReactElement, useState } from "react";
import type { Polled } from "../api/use-polled.ts";
import type { Measure } from "../view-state.ts";
import { DownloadLinks } from "./download-links.tsx";
import { Empty, Failure, Skeleton } from "./notice.tsx";
import { ReportTable } from "./report-table.tsx";
import type { SectionText } from "./section-text.ts";
import { ShareBars } from "./share-bars.tsx";

/** One report as a picture of shares beside its table. */
export function ReportSection(props: {
  readonly text: SectionText;
  readonly path: string;
  readonly polled: Polled<Table>;
  readonly measure: Measure;
  readonly timeZone: string;
  readonly windowName: string;
}): ReactElement {
  const { text, path, polled, measure, timeZone, windowName } = props;
  const [allColumns, setAllColumns] = useState(false);
  const { data, failure, retry } = polled;
  const titleId = `${text.report}-title`;
  return (
    <section className="section" aria-labelledby={titleId}>
      <div className="section-head">
        <h2 id={titleId}>{text.title}</h2>
        <p className="lead">{text.lead}</p>
        {data !== undefined && data.rows.length > 0 && (
          <div className="section-actions">
            <button
              type="button"
              className="link"
              aria-pressed={allColumns}
              onClick={() => {
                setAllColumns(!allColumns);
              }}
            >
              {allColumns ? "Main columns" : `All ${data.columns.length} columns`}
            </button>
            <DownloadLinks path={path} name={text.report} />
          </div>
        )}
      </div>
      {data === undefined && failure === undefined && <Skeleton lines={5} label={`Loading ${text.title}`} />}
      {failure !== undefined && (data === undefined || failure.kind === "refused") && (
        <Failure failure={failure} onRetry={retry} />
      )}
      {data !== undefined && data.rows.length === 0 && <Empty>Nothing in the last {windowName}.</Empty>}
      {data !== undefined && data.rows.length > 0 && (
        <div className={allColumns ? "panel report report-wide" : "panel report"}>
          <ShareBars rows={data.rows} text={text} measure={measure} />
          <ReportTable table={data} text={text} measure={measure} allColumns={allColumns} timeZone={timeZone} />
        </div>
      )}
    </section>
  );
}
