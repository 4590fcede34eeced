import { readOptions, type Options } from "./options.ts";

/** What one process knows about its instrumentation, shared by all copies of the package in it. */
export interface SdkState {
  options: Options;
  /** Sends what waits, within the flush timeout; never rejects. */
  flush: () => Promise<void>;
}

const KEY: unique symbol = Symbol.for("phasewise.sdk.state");
type Holder = { [KEY]?: SdkState };

let fallback: Options | undefined;

/** The state that `register` left, undefined before it. */
export function sdkState(): SdkState | undefined {
  return (globalThis as Holder)[KEY];
}

/** Sets or (with undefined) clears the state. */
export function setSdkState(state: SdkState | undefined): void {
  if (state === undefined) delete (globalThis as Holder)[KEY];
  else (globalThis as Holder)[KEY] = state;
}

/** Options in force: those of `register`, else those of the environment at first use. */
export function currentOptions(): Options {
  return sdkState()?.options ?? (fallback ??= readOptions());
}
