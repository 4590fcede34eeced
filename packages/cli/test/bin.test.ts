import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { emptyFolder } from "./support/run.ts";

const BIN = fileURLToPath(new URL("../bin/phasewise.mjs", import.meta.url));

/** A package as it is installed: the bin, and a main that tells what it was called with. */
function installed(main: string | undefined): string {
  const root = emptyFolder();
  const folder = join(root, "node_modules", "@phasewise", "cli");
  mkdirSync(join(folder, "bin"), { recursive: true });
  copyFileSync(BIN, join(folder, "bin", "phasewise.mjs"));
  if (main !== undefined) {
    mkdirSync(join(folder, "dist"));
    writeFileSync(join(folder, "dist", "main.js"), main);
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  }
  return root;
}

/** Runs the bin through a symbolic link, as npm makes one, with a Node that calls itself of a version. */
function start(
  root: string,
  version: string,
  args: readonly string[],
): { status: number | null; out: string; err: string } {
  mkdirSync(join(root, "node_modules", ".bin"), { recursive: true });
  symlinkSync(join(root, "node_modules", "@phasewise", "cli", "bin", "phasewise.mjs"), join(root, "phasewise"));
  const pretend = join(root, "pretend.cjs");
  writeFileSync(pretend, `Object.defineProperty(process, "version", { value: "${version}" })`);
  const done = spawnSync(process.execPath, ["--require", pretend, join(root, "phasewise"), ...args], {
    encoding: "utf8",
  });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

const TELL = 'process.stdout.write(process.argv.slice(2).join("|")); process.exitCode = 3;';

test("a new enough Node runs the built command itself", () => {
  const { status, out } = start(installed(TELL), "v24.1.0", ["report", "a b"]);
  expect([status, out]).toEqual([3, "report|a b"]);
});

test("an older Node hands over to the newer one above the package, arguments and exit code included", () => {
  const root = installed(TELL);
  mkdirSync(join(root, "node_modules", ".bin"));
  const log = join(root, "used");
  const node = join(root, "node_modules", ".bin", "node");
  writeFileSync(node, `#!/bin/sh\necho used > "${log}"\nexec "${process.execPath}" "$@"\n`);
  chmodSync(node, 0o755);
  const { status, out } = start(root, "v20.20.2", ["report", "a b"]);
  expect([status, out]).toEqual([3, "report|a b"]);
  expect(spawnSync("cat", [log], { encoding: "utf8" }).stdout).toBe("used\n");
});

test("an older Node alone says which version is needed", () => {
  const { status, err } = start(installed(TELL), "v20.20.2", []);
  expect(status).toBe(1);
  expect(err).toContain("needs Node 24 or newer, this is v20.20.2");
});

test("a package that is not built says so", () => {
  const { status, err } = start(installed(undefined), "v24.1.0", []);
  expect(status).toBe(1);
  expect(err).toContain("npm run build");
});
