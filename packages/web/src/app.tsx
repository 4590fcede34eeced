import type { ReactElement } from "react";
import { useCollectorState } from "./api/collector-state.ts";
import { useToken } from "./api/token.ts";
import { Header } from "./components/header.tsx";
import { OfflineBanner } from "./components/offline-banner.tsx";
import { TokenForm } from "./components/token-form.tsx";
import { NowPage } from "./pages/now-page.tsx";
import { useViewState } from "./view-state.ts";

/** The whole page: header, state of the collector, and the page that the URL names. */
export function App(): ReactElement {
  const [view, changeView] = useViewState();
  const collector = useCollectorState();
  const token = useToken();
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to the figures
      </a>
      <Header view={view} onChange={changeView} collector={collector} />
      <main id="content" tabIndex={-1}>
        <OfflineBanner collector={collector} timeZone={view.timeZone} />
        {token.needed ? (
          <TokenForm refused={token.refused} />
        ) : (
          <NowPage view={view} onChange={changeView} collector={collector} />
        )}
      </main>
      <footer className="footer">
        Costs are computed from dated price tables, exact to the last digit. This page talks to its collector alone.
      </footer>
    </>
  );
}
