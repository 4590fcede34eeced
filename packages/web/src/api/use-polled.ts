import { useCallback, useEffect, useRef, useState } from "react";
import { ApiFailure } from "./client.ts";
import { useTokenGeneration } from "./token.ts";

/** The newest answer of something that is asked again and again, kept while newer ones fail. */
export interface Polled<T> {
  readonly data: T | undefined;
  /** Unix milliseconds of the answer. */
  readonly updatedAt: number | undefined;
  /** Why the last question failed; undefined after a success. */
  readonly failure: ApiFailure | undefined;
  /** Unix milliseconds since when it has been failing. */
  readonly failingSince: number | undefined;
  readonly retry: () => void;
}

type Held<T> = Omit<Polled<T>, "retry"> & { readonly key: string };

/** Asks now and every `intervalMs` after each answer while the page is visible; a new `key` starts from nothing. */
export function usePolled<T>(key: string, ask: (signal: AbortSignal) => Promise<T>, intervalMs: number): Polled<T> {
  const [held, setHeld] = useState<Held<T>>(() => nothing(key));
  const [attempt, setAttempt] = useState(0);
  const generation = useTokenGeneration();
  const asking = useRef(ask);
  useEffect(() => {
    asking.current = ask;
  });
  useEffect(() => {
    const stop = new AbortController();
    let timer: number | undefined;
    let busy = false;
    const round = async (): Promise<void> => {
      busy = true;
      try {
        const data = await asking.current(stop.signal);
        if (stop.signal.aborted) return;
        setHeld({ key, data, updatedAt: Date.now(), failure: undefined, failingSince: undefined });
      } catch (error) {
        if (stop.signal.aborted) return;
        const failure = error instanceof ApiFailure ? error : new ApiFailure("refused", String(error));
        setHeld((before) => failed(before.key === key ? before : nothing(key), failure));
      }
      busy = false;
      timer = window.setTimeout(next, intervalMs);
    };
    const next = (): void => {
      timer = undefined;
      if (document.visibilityState === "visible") void round();
    };
    const seen = (): void => {
      // A round is due at once when the page comes back and none is waiting or under way.
      if (document.visibilityState !== "visible" || timer !== undefined || busy) return;
      timer = window.setTimeout(next, 0);
    };
    timer = window.setTimeout(next, 0);
    document.addEventListener("visibilitychange", seen);
    return () => {
      stop.abort();
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [key, intervalMs, attempt, generation]);
  const retry = useCallback(() => {
    setAttempt((count) => count + 1);
  }, []);
  const current = held.key === key ? held : nothing<T>(key);
  return { ...current, retry };
}

function nothing<T>(key: string): Held<T> {
  return { key, data: undefined, updatedAt: undefined, failure: undefined, failingSince: undefined };
}

function failed<T>(before: Held<T>, failure: ApiFailure): Held<T> {
  return { ...before, failure, failingSince: before.failingSince ?? before.updatedAt ?? Date.now() };
}
