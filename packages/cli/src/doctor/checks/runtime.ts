import { isBelow } from "../installed.ts";
import type { Check } from "../probe.ts";

/** The Node that runs this command. */
export const runtimeCheck: Check = {
  name: "node",
  run: async ({ context }) => {
    const version = context.nodeVersion.replace(/^v/, "");
    if (!isBelow(version, 24, 0)) return [{ level: "ok", what: `Node ${version} runs the command and the collector.` }];
    return [
      {
        level: "fail",
        what: `Node ${version} runs this command; the collector needs 24 or newer.`,
        mend: "Install Node 24 from https://nodejs.org. (Agents with @phasewise/sdk run from Node 20.6 on.)",
      },
    ];
  },
};
