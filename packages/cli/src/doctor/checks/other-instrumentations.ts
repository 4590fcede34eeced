import type { Finding } from "../finding.ts";
import { isBelow } from "../installed.ts";
import type { Check, Probe } from "../probe.ts";

type Result = Omit<Finding, "check">;

/** A package that also traces calls to Claude, and what that does beside the SDK's own spans. */
interface Neighbour {
  readonly level: "warn" | "fail";
  readonly effect: string;
  readonly mend: string;
}

const TWICE = "reports every call a second time; Phasewise counts it once, other backends twice";
const REMOVE = "Remove it, or leave it and look at `layers` in model_calls.";

/** Measured beside `@anthropic-ai/sdk` 1.11 and its own spans. */
const NEIGHBOURS: Readonly<Record<string, Neighbour>> = {
  "@arizeai/openinference-instrumentation-anthropic": {
    level: "warn",
    effect: `${TWICE}, and a stream that breaks off can end the process`,
    mend: REMOVE,
  },
  "@traceloop/instrumentation-anthropic": {
    level: "warn",
    effect: `${TWICE} and without cached tokens; with @anthropic-ai/sdk 1.x the application does not start`,
    mend: "Remove it.",
  },
  "@traceloop/node-server-sdk": {
    level: "warn",
    effect: `${TWICE} and without cached tokens; with @anthropic-ai/sdk 1.x the application does not start`,
    mend: "Remove it.",
  },
  "@lmnr-ai/lmnr": {
    level: "warn",
    effect: `${TWICE}; with @anthropic-ai/sdk 1.x the application does not start`,
    mend: "Remove it.",
  },
  openlit: {
    level: "warn",
    effect: `${TWICE}, miscounts streams, and breaks .withResponse() and messages.stream()`,
    mend: "Remove it.",
  },
  "dd-trace": { level: "warn", effect: "traces the same calls over its own wire", mend: REMOVE },
  braintrust: { level: "warn", effect: "traces the same calls over its own wire", mend: REMOVE },
  langsmith: {
    level: "warn",
    effect: "wraps the client, which breaks .withResponse() on wrapped clients",
    mend: REMOVE,
  },
  "@posthog/ai": { level: "warn", effect: "replaces the client by its own subclass", mend: REMOVE },
  weave: { level: "warn", effect: "wraps the SDK and loses cached tokens on streams", mend: REMOVE },
};

/** Packages beside ours that trace the same calls. */
export const otherInstrumentationsCheck: Check = {
  name: "other instrumentations",
  run: async (probe) => {
    const present = presentNames(probe);
    const findings: Result[] = Object.entries(NEIGHBOURS)
      .filter(([name]) => present.has(name))
      .map(([name, { level, effect, mend }]) => ({ level, what: `${name} ${effect}.`, mend }));
    findings.push(...sentryFindings(probe, present), ...loaderHookFindings(probe));
    return findings.length > 0 ? findings : [{ level: "ok", what: "Nothing else traces the same calls." }];
  },
};

function presentNames({ installation }: Probe): ReadonlySet<string> {
  return new Set([...installation.asked, ...installation.packages.map((one) => one.name)]);
}

/** Sentry turns the SDK's own spans off for the whole process, unless the variable is set before it loads. */
function sentryFindings({ env }: Probe, present: ReadonlySet<string>): Result[] {
  const name = ["@sentry/node", "@sentry/nextjs", "@sentry/nestjs"].find((candidate) => present.has(candidate));
  if (name === undefined) return [];
  if (env["ANTHROPIC_OPEN_TELEMETRY"]?.toLowerCase() === "true") {
    return [{ level: "ok", what: `${name} is installed; ANTHROPIC_OPEN_TELEMETRY=true keeps the SDK's own spans on.` }];
  }
  return [
    {
      level: "fail",
      what: `${name} sets ANTHROPIC_OPEN_TELEMETRY=false when it loads, which switches the SDK's own spans off for all.`,
      mend: "export ANTHROPIC_OPEN_TELEMETRY=true before the application starts",
    },
  ];
}

/** Old versions of the ES module hook break the Anthropic SDK even when they instrument nothing. */
function loaderHookFindings({ installation }: Probe): Result[] {
  return installation.packages
    .filter((one) => one.name === "import-in-the-middle" && isBelow(one.version, 2, 0))
    .map((one) => ({
      level: "warn",
      what: `import-in-the-middle ${one.version} (${one.folder}): its loader hook breaks the Anthropic SDK in ES modules.`,
      mend: 'Bring it to 2 or newer with "overrides" in package.json, or do not register the hook.',
    }));
}
