import type { Finding } from "../finding.ts";
import { isBelow } from "../installed.ts";
import type { Check } from "../probe.ts";

type Result = Omit<Finding, "check">;

/** The first version of the SDK that writes its own spans. */
const NATIVE = { major: 0, minor: 134 } as const;

/** Copies of the Anthropic SDK, and whether their own spans are there and switched on. */
export const anthropicSdkCheck: Check = {
  name: "anthropic sdk",
  run: async ({ installation, env }) => {
    const copies = installation.packages.filter((one) => one.name === "@anthropic-ai/sdk");
    const findings: Result[] = copies.map(({ version, folder }) =>
      isBelow(version, NATIVE.major, NATIVE.minor)
        ? {
            level: "warn",
            what: `@anthropic-ai/sdk ${version} in ${folder} is older than 0.134 and writes no spans of its own.`,
            mend: "npm install @anthropic-ai/sdk@latest",
          }
        : { level: "ok", what: `@anthropic-ai/sdk ${version} writes its own spans (${folder}).` },
    );
    if (copies.length === 0) findings.push({ level: "ok", what: "No @anthropic-ai/sdk is installed for this folder." });
    const registers = installation.packages.some((one) => one.name === "@phasewise/sdk");
    if (copies.length > 0 && !registers) {
      findings.push({
        level: "warn",
        what: "@phasewise/sdk is not installed: without a registered tracer provider the SDK's spans go nowhere.",
        mend: "npm install @phasewise/sdk, then start with: node --import @phasewise/sdk/register",
      });
    }
    if (env["ANTHROPIC_OPEN_TELEMETRY"]?.toLowerCase() === "false") {
      findings.push({
        level: "fail",
        what: "ANTHROPIC_OPEN_TELEMETRY=false switches the SDK's own spans off.",
        mend: "unset ANTHROPIC_OPEN_TELEMETRY",
      });
    }
    return findings;
  },
};
