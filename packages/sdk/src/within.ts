import { context } from "@opentelemetry/api";
import { guard } from "./guard.ts";
import { endingOf, openSpan, type Opening, type OpenSpan } from "./span.ts";

const SUCCEEDED = { status: "succeeded" } as const;

function isThenable(value: unknown): value is PromiseLike<unknown> {
  const type = typeof value;
  return (
    (type === "object" || type === "function") &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

/** Ends the span when the value is there, and gives the host what its callback returned. */
function settle<T>(value: T, opened: OpenSpan): T {
  if (guard(() => isThenable(value)) !== true) {
    opened.end(SUCCEEDED);
    return value;
  }
  if (Object.getPrototypeOf(value) === Promise.prototype) {
    // A chained promise keeps an unhandled rejection unhandled, as the host would see it without us.
    return (value as Promise<unknown>).then(
      (result) => {
        opened.end(SUCCEEDED);
        return result;
      },
      (error: unknown) => {
        opened.end(endingOf(error));
        throw error;
      },
    ) as T;
  }
  // A richer promise (the Anthropic SDK's has `withResponse`) must stay the same object, so it is only watched.
  guard(() =>
    (value as PromiseLike<unknown>).then(
      () => opened.end(SUCCEEDED),
      (error: unknown) => opened.end(endingOf(error)),
    ),
  );
  return value;
}

/**
 * Calls a function inside a span and gives back its value or error untouched. The span ends when the function has
 * returned or its promise has settled. When the instrumentation fails or nothing is registered, only the function runs.
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
