/** How the process ended: broken off, or failed, with the error where it is known. */
export type ProcessEnding = { readonly status: "cancelled" } | { readonly status: "failed"; readonly error?: unknown };

/** Ends a span that is still open when the process ends. */
export type Closer = (ending: ProcessEnding) => void;

/** Beyond this number, open spans are no longer tracked: work that never settles must not fill the memory. */
const LARGEST_NUMBER = 10_000;

const closers = new Set<Closer>();

/** Tracks an open span; call the returned function when it ends. */
export function trackOpenSpan(closer: Closer): () => void {
  if (closers.size >= LARGEST_NUMBER) return () => {};
  closers.add(closer);
  return () => closers.delete(closer);
}

/** Ends what is still open, innermost first. */
export function closeOpenSpans(ending: ProcessEnding): void {
  for (const closer of [...closers].toReversed()) closer(ending);
  closers.clear();
}

/** How many spans of ours are open. */
export function openSpanCount(): number {
  return closers.size;
}
