/** The storage engines: one line each. A new engine is a folder beside this file, a line here, and the conformance suite. */
import { openDuckDbStore } from "./duckdb/open.ts";
import type { DuckDbOptions } from "./duckdb/instance.ts";
import type { Store } from "./store.ts";

/** What every engine is opened with. */
type EngineOptions = DuckDbOptions;

/** Opens the store of an engine. */
export type OpenStore = (options: EngineOptions) => Promise<Store>;

/** The registry, by the name of the engine. */
export const ENGINES = {
  duckdb: openDuckDbStore,
} as const satisfies Readonly<Record<string, OpenStore>>;
