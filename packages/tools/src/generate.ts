/** Writes everything that is generated, or with `--check` fails on what differs from what is committed. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configurationPage } from "./docs-configuration.ts";
import { dialectsPage } from "./docs-dialects.ts";
import { errorsPage } from "./docs-errors.ts";
import { reportsPage, schemaDump, viewsPage } from "./docs-sql.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** Each generated file and what makes it. */
const GENERATED: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/configuration.md": configurationPage,
  "docs/errors.md": errorsPage,
  "docs/dialects.md": dialectsPage,
  "docs/views.md": viewsPage,
  "docs/reports.md": reportsPage,
  "collector/sql/duckdb/schema.sql": schemaDump,
};

const check = process.argv.includes("--check");
const stale: string[] = [];

for (const [path, make] of Object.entries(GENERATED)) {
  const file = join(ROOT, path);
  const text = await make();
  if (check) {
    if (read(file) !== text) stale.push(path);
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

if (stale.length > 0) {
  process.stderr.write(`not up to date (npm run generate mends it):\n  ${stale.join("\n  ")}\n`);
  process.exit(1);
}
process.stdout.write(`${Object.keys(GENERATED).length} generated files ${check ? "are up to date" : "written"}\n`);

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
