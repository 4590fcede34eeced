import { SETTINGS, type Setting } from "@phasewise/collector/config";
import { Option } from "commander";
import { EXIT } from "../errors.ts";
import type { CommandModule } from "./command.ts";

const settings: readonly Setting[] = Object.values(SETTINGS);

/** `phasewise serve`: starts the collector; its flags are the collector's table of settings. */
export const serveCommand: CommandModule = {
  usage: "serve",
  summary: "start the collector: OTLP in, page, HTTP API and SQL out",
  examples: [
    ["phasewise serve", "on this machine only, data in ./phasewise-data"],
    ["phasewise serve --data /var/lib/phasewise --web-port 8080", "another folder, another port for the page"],
    ["PHASEWISE_TOKEN=... phasewise serve --host 0.0.0.0", "reachable from other machines; asks them for the token"],
  ],
  details: "Every flag is also a variable; a flag wins over its variable.",
  define(command) {
    for (const setting of settings) command.addOption(optionOf(setting));
  },
  async run(invocation, context) {
    const code = await context.startCollector(argvOf(invocation.options), context.env);
    if (code === 0) return EXIT.ok;
    return code === 2 ? EXIT.usage : EXIT.failed;
  },
};

function optionOf(setting: Setting): Option {
  const value = setting.type === "duration_ms" ? "ms" : setting.type;
  return new Option(
    `${setting.flag} <${value}>`,
    `${setting.help} [${setting.variable}${setting.default === "" ? "" : `, default ${setting.default}`}]`,
  );
}

/** The flags that were given, as the collector reads them itself. */
function argvOf(options: Readonly<Record<string, unknown>>): string[] {
  return settings.flatMap((setting) => {
    const value = options[optionOf(setting).attributeName()];
    return typeof value === "string" ? [`${setting.flag}=${value}`] : [];
  });
}
