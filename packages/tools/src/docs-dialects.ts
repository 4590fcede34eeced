import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DIALECTS } from "@phasewise/collector";
import { generatedPage, table } from "./markdown.ts";

const FOLDER = join(import.meta.dirname, "../../../collector/src/normalise/dialects");

interface Case {
  readonly title: string;
  readonly source: "captured" | "built";
}

/** `docs/dialects.md`: what telemetry is understood, in order of precedence, and what proves it. */
export function dialectsPage(): string {
  const rows = DIALECTS.map((dialect, index) => {
    const cases = casesOf(dialect.id);
    const captured = cases.filter((entry) => entry.source === "captured").length;
    return [
      String(index + 1),
      `\`${dialect.id}\``,
      dialect.title,
      dialect.versions,
      `${captured} captured, ${cases.length - captured} built`,
      dialect.reference,
    ];
  });
  const proofs = DIALECTS.map((dialect) => {
    const lines = casesOf(dialect.id).map((entry) => `- ${entry.title} (${entry.source})\n`);
    return `### ${dialect.title}\n\n${lines.join("")}`;
  });
  const intro =
    "The first dialect that recognises a span or log record reads it; the last one takes everything. A case is a payload and " +
    "what must be read from it: *captured* from the real emitter, or *built* from its source or specification.";
  return (
    generatedPage("Dialects", "`collector/src/normalise/dialects`", intro) +
    table(["order", "id", "what it is", "versions", "cases", "reference"], rows) +
    `\n## What is read, case by case\n\n${proofs.join("\n")}`
  );
}

function casesOf(id: string): readonly Case[] {
  const folder = join(FOLDER, id.replaceAll("_", "-"), "cases");
  return globSync("*.json", { cwd: folder })
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Case);
}
