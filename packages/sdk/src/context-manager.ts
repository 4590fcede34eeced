import { createContextKey, ROOT_CONTEXT, type Context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";

// Marks an empty context that was asked for, as against the one that is there when nothing was.
const EXPLICIT_ROOT = ROOT_CONTEXT.setValue(createContextKey("phasewise.explicit-root"), true);

/** The usual context manager, whose outermost context is the one that the parent process left. */
export class InheritingContextManager extends AsyncLocalStorageContextManager {
  readonly #outermost: Context;

  constructor(outermost: Context) {
    super();
    this.#outermost = outermost;
  }

  override active(): Context {
    const active = super.active();
    return active === ROOT_CONTEXT ? this.#outermost : active;
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return super.with(context === ROOT_CONTEXT ? EXPLICIT_ROOT : context, fn, thisArg, ...args);
  }
}
