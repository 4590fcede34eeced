import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { checkImports, importsOf } from "./import-rules.ts";

const ROOT = join(import.meta.dirname, "../../..");
let planted: string | undefined;

afterEach(() => {
  if (planted !== undefined) rmSync(planted, { recursive: true });
  planted = undefined;
});

describe("the import direction", () => {
  test("no file of the repository imports against the direction", () => {
    const report = checkImports(ROOT);

    expect(report.violations).toEqual([]);
    expect(report.files).toBeGreaterThan(60);
    expect(report.imports).toBeGreaterThan(150);
  });

  test("a planted violation is found", () => {
    planted = mkdtempSync(join(tmpdir(), "import-rules-"));
    mkdirSync(join(planted, "collector/src/store"), { recursive: true });
    writeFileSync(
      join(planted, "collector/src/store/writer.ts"),
      'import { a } from "../normalise/records.ts";\nimport {\n  b,\n} from "../serve/json.ts";\nimport "@phasewise/api";\n',
    );

    const report = checkImports(planted);

    expect(report.violations.map((violation) => violation.imports)).toEqual([
      "collector/src/serve/json.ts",
      "@phasewise/api",
    ]);
  });

  test("imports are seen in every form", () => {
    const source = 'import type { A } from "a";\nexport * from "b";\nconst c = await import("c");\nimport "d";\n';

    expect(importsOf(source).toSorted()).toEqual(["a", "b", "c", "d"]);
  });
});
