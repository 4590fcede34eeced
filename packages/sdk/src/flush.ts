import { sdkState } from "./state.ts";

/** Sends everything that waits, within `PHASEWISE_FLUSH_TIMEOUT`. Never rejects; does nothing without `register`. */
export function flush(): Promise<void> {
  return sdkState()?.flush() ?? Promise.resolve();
}
