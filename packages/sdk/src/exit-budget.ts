/** How long the end of the process may still be delayed, counted over all that delays it. */
export interface ExitBudget {
  /** Milliseconds that are left; 0 when nothing may be tried any more. */
  left(): number;
  /** Says that something delays the end from now on. Call the returned function when it no longer does. */
  spend(): () => void;
  /** Says that an attempt had its time and goes on without an answer, until the promise settles. */
  hangs(attempt: Promise<unknown>): void;
}

/** Attempts at least so long (milliseconds) apart belong to two ends: the process has lived on after the first. */
const ANOTHER_END = 1000;

/** A budget of so many milliseconds for each time that the process comes to its end. */
export function exitBudget(timeout: number): ExitBudget {
  let spent = 0;
  let active = 0;
  let hanging = 0;
  // When the running attempts began, or when the last one ended.
  let since = performance.now();
  const elapsed = (): number => performance.now() - since;
  return {
    left(): number {
      if (hanging > 0) return 0;
      if (active === 0 && elapsed() >= ANOTHER_END) spent = 0;
      return Math.max(0, Math.floor(timeout - spent - (active > 0 ? elapsed() : 0)));
    },
    spend(): () => void {
      if (active === 0) since = performance.now();
      active += 1;
      return () => {
        active -= 1;
        if (active > 0) return;
        spent += elapsed();
        since = performance.now();
      };
    },
    hangs(attempt: Promise<unknown>): void {
      hanging += 1;
      const over = (): void => void (hanging -= 1);
      void attempt.then(over, over);
    },
  };
}
