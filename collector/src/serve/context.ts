/** What the routes are given. */
import type { Ready } from "@phasewise/api";
import type { Config } from "../config.ts";
import type { Statuses } from "../self-metrics.ts";
import type { Store } from "../store/store.ts";
import type { Catalogue } from "../views/catalogue.ts";
import type { ReportLimits } from "../views/reports.ts";
import type { PriceSource } from "./prices.ts";

/** Settings that the API uses. */
export type ApiConfig = Pick<Config, "host" | "token" | "allowedHosts" | "queryTimeoutMs" | "queryMaxRows">;

/** What answers come from. */
export interface ApiContext {
  readonly store: Store;
  readonly catalogue: Catalogue;
  /** Whether everything that was acknowledged so far can be queried. */
  readonly ready: () => Promise<Ready>;
  readonly config: ApiConfig;
  /** The prices that hold, where there are routes for them. */
  readonly prices?: PriceSource | undefined;
  /** What the collector says of itself, when it says something. */
  readonly status?: (() => unknown) | undefined;
  /** What both processes counted, for `/metrics`. */
  readonly metrics?: (() => Promise<Statuses>) | undefined;
}

/** How far one query may go. */
export function limitsOf(config: ApiConfig): ReportLimits {
  return { timeoutMs: config.queryTimeoutMs, maxRows: config.queryMaxRows };
}
