/** Formats every SQL file, or with `--check` fails on one that is not formatted. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "sql-formatter";

const ROOT = join(import.meta.dirname, "../../..");
const check = process.argv.includes("--check");
const wrong: string[] = [];
const files = globSync("collector/sql/**/*.sql", { cwd: ROOT, exclude: ["collector/sql/duckdb/schema.sql"] });

for (const file of files) {
  const path = join(ROOT, file);
  const text = readFileSync(path, "utf8");
  const formatted = `${format(text, {
    language: "duckdb",
    keywordCase: "lower",
    dataTypeCase: "lower",
    functionCase: "lower",
    expressionWidth: 110,
    linesBetweenQueries: 1,
    paramTypes: { named: ["$"] },
  })}\n`;
  if (formatted === text) continue;
  wrong.push(file);
  if (!check) writeFileSync(path, formatted);
}

if (files.length === 0) throw new Error("no SQL file was found: the check would prove nothing");
if (check && wrong.length > 0) {
  process.stderr.write(`not formatted (npm run format mends it):\n  ${wrong.join("\n  ")}\n`);
  process.exit(1);
}
process.stdout.write(`${files.length} SQL files ${check ? "are formatted" : `seen, ${wrong.length} formatted`}\n`);
