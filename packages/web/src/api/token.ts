import { useSyncExternalStore } from "react";

const KEY = "phasewise.token";

/** What the page knows of the collector's token. */
export interface TokenState {
  /** A request came back asking for one. */
  readonly needed: boolean;
  /** One was given and not accepted. */
  readonly refused: boolean;
}

const listeners = new Set<() => void>();
let state: TokenState = { needed: false, refused: false };
let generation = 0;

/** The token of this tab, or null; it is forgotten when the tab closes. */
export function readToken(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Keeps a token for this tab and lets every request start anew with it. */
export function giveToken(token: string): void {
  sessionStorage.setItem(KEY, token);
  generation += 1;
  publish({ needed: false, refused: false });
}

/** Called by the client when the collector answers 401. */
export function tokenRefused(): void {
  if (!state.needed) publish({ needed: true, refused: readToken() !== null });
}

/** Follows whether a token has to be asked for. */
export function useToken(): TokenState {
  return useSyncExternalStore(subscribe, () => state);
}

/** Counts the tokens that were given, so that requests can be made again after each. */
export function useTokenGeneration(): number {
  return useSyncExternalStore(subscribe, () => generation);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function publish(next: TokenState): void {
  state = next;
  for (const listener of listeners) listener();
}
