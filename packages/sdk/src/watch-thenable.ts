import { context } from "@opentelemetry/api";
import { types } from "node:util";
import { guard } from "./guard.ts";
import { endingOf, type OpenSpan } from "./span.ts";

const SUCCEEDED = { status: "succeeded" } as const;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What observes one object, and the spans that wait for it. */
interface Watch {
  readonly waiting: Set<OpenSpan>;
  /** How many observed methods are being called right now, one from within another. */
  depth: number;
  /** Gives the object its own methods back. */
  readonly release: () => void;
}

const watches = new WeakMap<object, Watch>();

/** Ends every span that waits for the object, innermost first, and leaves the object as it was. */
function settled(watch: Watch, error?: { readonly thrown: unknown }): void {
  if (watch.waiting.size === 0) return;
  const spans = [...watch.waiting];
  watch.waiting.clear();
  guard(watch.release);
  for (const opened of spans) opened.end(error === undefined ? SUCCEEDED : endingOf(error.thrown));
}

/** Whether `await` and `then` of the built-in prototype are all that the host can use of a promise to wait for it. */
export function isPlainPromise(value: unknown): value is Promise<unknown> {
  return (
    types.isPromise(value) &&
    Object.getPrototypeOf(value) === Promise.prototype &&
    !Object.hasOwn(value, "then") &&
    !Object.hasOwn(value, "constructor")
  );
}

/** A chained promise: an unhandled rejection stays unhandled, as the host would see it without us. */
export function chained(promise: Promise<unknown>, end: (error?: { thrown: unknown }) => void): Promise<unknown> {
  const next = promise.then(
    (result) => {
      end();
      return result;
    },
    (error: unknown) => {
      end({ thrown: error });
      throw error;
    },
  );
  // Things that hang on the promise go along, e.g. the `child` of a promisified `exec`. Symbols are the runtime's own.
  for (const name of Object.getOwnPropertyNames(promise)) {
    guard(() => void Object.defineProperty(next, name, Object.getOwnPropertyDescriptor(promise, name) ?? {}));
  }
  return next;
}

/** The host's callback, or what stands for a missing one, in the host's context and told of first. */
function callback(given: unknown, missing: (value: unknown) => unknown, tell: (value: unknown) => void): Method {
  const outside = context.active();
  return function (this: unknown, ...values: unknown[]): unknown {
    tell(values[0]);
    return typeof given === "function"
      ? context.with(outside, () => Reflect.apply(given, this, values))
      : missing(values[0]);
  };
}

const pass = (value: unknown): unknown => value;
const rethrow = (error: unknown): never => {
  throw error;
};

/** Arguments of `then` or `catch` with callbacks that tell us of the first settlement. */
function observing(name: string, args: readonly unknown[], watch: Watch): unknown[] {
  const failed = (given: unknown): Method =>
    callback(given, rethrow, (error) => guard(() => settled(watch, { thrown: error })));
  if (name === "catch") return [failed(args[0]), ...args.slice(1)];
  if (name !== "then") {
    const outside = context.active();
    return args.map((given) => (typeof given === "function" ? context.bind(outside, given) : given));
  }
  const done = callback(args[0], pass, () => guard(() => settled(watch)));
  return [done, failed(args[1]), ...args.slice(2)];
}

/**
 * Every way in which the host can wait: of promises, and of the Anthropic SDK's. `then` alone would not do, because
 * rich promises do not always come back to it.
 */
const METHODS = ["then", "catch", "finally", "asResponse", "withResponse"] as const;

/** Calls the method as the host did. Work that begins only now belongs to the innermost span that waits for it. */
function call(original: Method, self: unknown, args: unknown[], watch: Watch): unknown {
  const [innermost] = watch.waiting;
  if (innermost === undefined) return Reflect.apply(original, self, args);
  return context.with(innermost.context, () => Reflect.apply(original, self, args));
}

function observed(name: string, original: Method, watch: Watch): Method {
  return function (this: unknown, ...args: unknown[]): unknown {
    // A response that `withResponse` asks for is not yet all that the host waits for.
    const partial = name === "asResponse" && watch.depth > 0;
    if (watch.waiting.size === 0 || partial) return Reflect.apply(original, this, args);
    let result: unknown;
    watch.depth += 1;
    try {
      result = call(original, this, observing(name, args, watch), watch);
    } catch (error) {
      settled(watch, { thrown: error });
      throw error;
    } finally {
      watch.depth -= 1;
    }
    if (name === "then" || guard(() => isPlainPromise(result)) !== true) return result;
    return chained(result as Promise<unknown>, (error) => settled(watch, error));
  };
}

/** Puts a method on the object itself, hidden as an inherited one is. The returned function takes it away again. */
function override(value: object, name: string, method: Method): () => void {
  const before = Object.getOwnPropertyDescriptor(value, name);
  Object.defineProperty(value, name, {
    value: method,
    enumerable: before?.enumerable ?? false,
    writable: true,
    configurable: true,
  });
  return () => {
    if (Object.getOwnPropertyDescriptor(value, name)?.value !== method) return;
    if (before === undefined) Reflect.deleteProperty(value, name);
    else Object.defineProperty(value, name, before);
  };
}

function install(value: object, then: Method): Watch | undefined {
  // `await` takes these as they are and asks for no `then`, so there is nothing to observe.
  if (types.isPromise(value) && value.constructor === Promise) return undefined;
  const undo: (() => void)[] = [];
  const watch: Watch = { waiting: new Set(), depth: 0, release: () => undo.forEach((step) => guard(step)) };
  const inherited = Promise.prototype as unknown as Readonly<Record<string, unknown>>;
  for (const name of METHODS) {
    const original = name === "then" ? then : (value as Readonly<Record<string, unknown>>)[name];
    // The built-in `catch` and `finally` come back to `then`.
    if (typeof original !== "function" || (name !== "then" && original === inherited[name])) continue;
    const method = observed(name, original as Method, watch);
    const step = guard(() => override(value, name, method));
    if (step !== undefined) undo.push(step);
    // Frozen, or a proxy that keeps what it is given to itself.
    if (name === "then" && Object.getOwnPropertyDescriptor(value, name)?.value !== method) return undefined;
  }
  return watch;
}

/**
 * Ends the span when the host itself has waited for the object, without ever calling its `then`: that may start the
 * work a second time (query objects) or make an unhandled rejection a handled one. The object stays the same one, and
 * after its first settlement it is as it was. Returns false when it cannot be observed.
 */
export function watchThenable(value: object, then: unknown, opened: OpenSpan): boolean {
  let watch = watches.get(value);
  if (watch === undefined || watch.waiting.size === 0) {
    watch = guard(() => install(value, then as Method));
    if (watch === undefined) return false;
    watches.set(value, watch);
  }
  watch.waiting.add(opened);
  return true;
}
