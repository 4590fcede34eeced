import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT } from "../errors.ts";
import type { CommandModule } from "./command.ts";

const RUNNER = join("packages", "tools", "bootstrap", "run.mjs");

/** `phasewise demo`: runs the multi-phase agent of the repository, or says where it is. */
export const demoCommand: CommandModule = {
  usage: "demo",
  summary: "run a multi-phase agent against the collector and show its reports",
  examples: [["phasewise demo", "same as `npm run demo` in the repository"]],
  details:
    "Without ANTHROPIC_API_KEY the agent talks to a local double of the Messages API and costs nothing.\n" +
    "Start the collector first: phasewise serve",
  define() {},
  async run(_invocation, context) {
    const root = workspaceRoot();
    if (root !== undefined) {
      const code = await context.spawn(process.execPath, [join(root, RUNNER), "demo"], root);
      return code === 0 ? EXIT.ok : EXIT.failed;
    }
    context.stderr.write(
      "The demo is part of the repository, and this command was installed without it.\n" +
        "In a clone run: npm start, and in a second shell: npm run demo\n",
    );
    return EXIT.failed;
  },
};

/** The folder of the repository that this file is in, if it is in one. */
function workspaceRoot(): string | undefined {
  for (let folder = dirname(realpathSync(fileURLToPath(import.meta.url))); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "packages", "demo", "package.json")) && existsSync(join(folder, RUNNER))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
