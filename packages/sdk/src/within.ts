import { context } from "@opentelemetry/api";
import { guard } from "./guard.ts";
import { endingOf, openSpan, type Opening, type OpenSpan } from "./span.ts";
import { chained, isPlainPromise, watchThenable } from "./watch-thenable.ts";

const SUCCEEDED = { status: "succeeded" } as const;

/** Whether the object can be observed until it settles. Its `then` is read once, and not called. */
function isWatched(value: unknown, opened: OpenSpan): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const { then } = value as { then?: unknown };
  return typeof then === "function" && watchThenable(value, then, opened);
}

/** Ends the span when the value is there, and gives the host what its callback returned. */
function settle<T>(value: T, opened: OpenSpan): T {
  if (guard(() => isPlainPromise(value)) === true) {
    return chained(value as Promise<unknown>, (error) =>
      opened.end(error === undefined ? SUCCEEDED : endingOf(error.thrown)),
    ) as T;
  }
  if (guard(() => isWatched(value, opened)) !== true) opened.end(SUCCEEDED);
  return value;
}

/**
 * Calls a function inside a span and gives back its value or error untouched. The span ends when the function has
 * returned or its promise has settled; a thenable of another kind has when the host has waited for it. When the instrumentation fails or nothing is registered, only the function runs.
 */
export function within<T, H>(opening: Opening, handle: (opened: OpenSpan | undefined) => H, fn: (handle: H) => T): T {
  const opened = guard(() => openSpan(opening));
  if (opened === undefined) return fn(handle(undefined));
  let value: T;
  try {
    value = context.with(opened.context, fn, undefined, handle(opened));
  } catch (error) {
    opened.end(endingOf(error));
    throw error;
  }
  return settle(value, opened);
}
