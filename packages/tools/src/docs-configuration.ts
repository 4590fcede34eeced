import { SETTINGS } from "@phasewise/collector";
import { generatedPage, table } from "./markdown.ts";

/** `docs/configuration.md` from the settings table. */
export function configurationPage(): string {
  const rows = Object.values(SETTINGS).map((setting) => [
    `\`${setting.variable}\``,
    `\`${setting.flag}\``,
    setting.default === "" ? "(empty)" : `\`${setting.default}\``,
    setting.help,
  ]);
  return (
    generatedPage(
      "Configuration of the collector",
      "`collector/src/config.ts`",
      "Every setting is an environment variable and a flag of `phasewise serve`; the flag wins. A wrong value stops the start " +
        "with a message that names every setting that is wrong. Clients (CLI, demo) read `PHASEWISE_URL` " +
        "(default `http://127.0.0.1:4319`) and `PHASEWISE_TOKEN`.",
    ) + table(["variable", "flag", "default", "meaning"], rows)
  );
}
