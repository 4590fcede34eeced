import { useCallback, useEffect, useState } from "react";

/** Time windows that can be chosen, as the API takes them, and how "last ..." goes on. */
export const WINDOWS = [
  ["1h", "hour"],
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
] as const;
type TimeWindow = (typeof WINDOWS)[number][0];

/** What the bars measure. */
export const MEASURES = [
  ["cost", "Cost"],
  ["time", "Time"],
] as const;
export type Measure = (typeof MEASURES)[number][0];

/** Everything about the view that a link should carry. */
export interface ViewState {
  readonly window: TimeWindow;
  readonly timeZone: string;
  readonly measure: Measure;
}

export type ChangeView = (change: Partial<ViewState>) => void;

/** The viewer's own time zone. */
export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Reads a view from a query text; what is missing or unknown takes its default. */
export function parseView(query: string, defaultZone: string): ViewState {
  const parameters = new URLSearchParams(query);
  const zone = parameters.get("tz");
  return {
    window: WINDOWS.find(([window]) => window === parameters.get("window"))?.[0] ?? "24h",
    timeZone: zone !== null && isTimeZone(zone) ? zone : defaultZone,
    measure: MEASURES.find(([measure]) => measure === parameters.get("by"))?.[0] ?? "cost",
  };
}

/** Writes a view as the query text that `parseView` reads. */
export function viewQuery(view: ViewState): string {
  return `?${new URLSearchParams({ window: view.window, tz: view.timeZone, by: view.measure }).toString()}`;
}

/** The view of the URL, and a way to change both. */
export function useViewState(): readonly [ViewState, ChangeView] {
  const [view, setView] = useState(() => parseView(location.search, ownTimeZone()));
  useEffect(() => {
    const follow = (): void => {
      setView(parseView(location.search, ownTimeZone()));
    };
    window.addEventListener("popstate", follow);
    return () => {
      window.removeEventListener("popstate", follow);
    };
  }, []);
  const change = useCallback<ChangeView>((part) => {
    const next = { ...parseView(location.search, ownTimeZone()), ...part };
    history.pushState(null, "", `${location.pathname}${viewQuery(next)}`);
    setView(next);
  }, []);
  return [view, change];
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
