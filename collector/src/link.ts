/** What front and store say to each other. The front owns the journal, the store owns the database. */
import type { Config } from "./config.ts";
import type { Snapshot } from "./self-metrics.ts";

/** From the front to the store. Positions travel as text, because JSON has no bigint. */
export type ToStore =
  /** Open, and load everything up to `head`. */
  | {
      readonly type: "start";
      readonly config: Config;
      readonly head: string;
      readonly isRestart: boolean;
      readonly faultyPid?: number;
    }
  /** The journal has grown to here. */
  | { readonly type: "head"; readonly head: string }
  /** The answer to `ask`. */
  | { readonly type: "answer"; readonly id: number; readonly head: string; readonly front: Snapshot }
  /** Load up to `head`, close, exit. */
  | { readonly type: "stop"; readonly head: string };

/** From the store to the front. */
export type ToFront =
  /** The store is open and the API listens. */
  | { readonly type: "ready"; readonly webPort: number; readonly loaded: string }
  /** Everything up to here is in the database. */
  | { readonly type: "loaded"; readonly loaded: string }
  /** How far is the journal right now, and what has the front counted? */
  | { readonly type: "ask"; readonly id: number }
  /** Still alive. Its absence is how a hang is noticed. */
  | { readonly type: "beat" }
  /** The store cannot run at all; trying again would end the same way. */
  | { readonly type: "fatal"; readonly code: string; readonly message: string };
