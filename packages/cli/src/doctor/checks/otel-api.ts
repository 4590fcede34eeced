import type { Finding } from "../finding.ts";
import { type InstalledPackage, majorMinor, resolveFrom } from "../installed.ts";
import type { Check, Probe } from "../probe.ts";

type Result = Omit<Finding, "check">;

const API = "@opentelemetry/api";

/**
 * The silent one: a reader whose api is newer than the api that registered the provider is given a no-op, and no
 * warning is written. So the api of whoever registers must not be older than that of any SDK that makes spans.
 */
export const otelApiCheck: Check = {
  name: "opentelemetry api",
  run: async (probe) => {
    const { installation } = probe;
    const copies = installation.packages.filter((one) => one.name === API);
    if (copies.length === 0) return [{ level: "ok", what: `No ${API} is installed for this folder.` }];
    const registrar = await registrarApi(probe);
    const findings: Result[] = [];
    for (const sdk of installation.packages.filter((one) => one.name === "@anthropic-ai/sdk")) {
      const reader = await resolveFrom(installation, sdk.folder, API);
      if (reader !== undefined && registrar !== undefined && isNewer(reader, registrar)) {
        findings.push(skew(sdk, reader, registrar));
      }
    }
    if (findings.length > 0) return findings;
    const versions = [...new Set(copies.map((one) => one.version))].sort();
    if (new Set(versions.map((version) => majorMinor(version).join("."))).size > 1) {
      return [
        {
          level: "warn",
          what: `Several versions of ${API} are installed (${versions.join(", ")}); spans vanish when an older one registers.`,
          mend: `See who brings them: npm ls ${API}. Bring them to one with "overrides" in package.json.`,
        },
      ];
    }
    return [{ level: "ok", what: `${API} ${versions.join(", ")}: one version for all.` }];
  },
};

/** The api that registers the provider: that of our SDK when it is installed, else the application's own. */
async function registrarApi({ installation, context }: Probe): Promise<InstalledPackage | undefined> {
  const own = installation.packages.find((one) => one.name === "@phasewise/sdk");
  return await resolveFrom(installation, own?.folder ?? context.cwd, API);
}

function isNewer(reader: InstalledPackage, registrar: InstalledPackage): boolean {
  const [readerMajor, readerMinor] = majorMinor(reader.version);
  const [major, minor] = majorMinor(registrar.version);
  return readerMajor !== major || readerMinor > minor;
}

function skew(sdk: InstalledPackage, reader: InstalledPackage, registrar: InstalledPackage): Result {
  return {
    level: "fail",
    what:
      `@anthropic-ai/sdk ${sdk.version} uses ${API} ${reader.version}, but ${registrar.version} registers the provider: ` +
      "the SDK's spans are dropped without a word.",
    mend: `npm install ${API}@${reader.version}, or pass openTelemetry: { tracerProvider } to the client.`,
  };
}
