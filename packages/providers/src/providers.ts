/** All providers: one line each. */
import { anthropic } from "./anthropic/provider.ts";
import type { Provider } from "./provider.ts";

/** Every provider that we know, one per folder. */
export const PROVIDERS: readonly Provider[] = [anthropic];

const BY_NAME: ReadonlyMap<string, Provider> = new Map(
  PROVIDERS.flatMap((provider) => provider.aliases.map((alias): [string, Provider] => [alias, provider])),
);

/** The provider that telemetry means by a name; undefined when it is none of ours. */
export function providerNamed(name: string): Provider | undefined {
  return BY_NAME.get(name);
}

/** The provider whose model this is, whoever serves it; undefined when nobody knows it. */
export function makerOf(reportedModel: string): Provider | undefined {
  return PROVIDERS.find((provider) => provider.canonicalModel(reportedModel) !== undefined);
}
