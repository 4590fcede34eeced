// Starts children inside a run by every asynchronous way there is, and prints what the plain ones saw.
import { exec, execFile, fork, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { childEnvironment, phase, run } from "@phasewise/sdk";

const print = "console.log(JSON.stringify([process.env.TRACEPARENT, process.env.OTEL_RESOURCE_ATTRIBUTES]))";
const node = process.execPath;

const seen = await run({ name: "parent run", id: "run-1", session: "s,1=2" }, () =>
  phase("spawn", async (handle) => {
    const results = {};
    results.execFile = (await promisify(execFile)(node, ["-e", print])).stdout;
    results.exec = (await promisify(exec)(`"${node}" -e "${print}"`)).stdout;
    results.caller = (
      await promisify(execFile)(node, ["-e", print], {
        env: { TRACEPARENT: "mine", OTEL_RESOURCE_ATTRIBUTES: "phasewise.phase.name=mine,team=a" },
      })
    ).stdout;
    results.sync = spawnSync(node, ["-e", print], { encoding: "utf8" }).stdout;
    results.helper = spawnSync(node, ["-e", print], { encoding: "utf8", env: childEnvironment() }).stdout;
    await new Promise((resolve) => {
      const child = fork(fileURLToPath(new URL("child.mjs", import.meta.url)));
      child.on("close", resolve);
    });
    await new Promise((resolve) => {
      const child = spawn(node, [...process.execArgv, fileURLToPath(new URL("child.mjs", import.meta.url))], {
        stdio: "inherit",
      });
      child.on("close", resolve);
    });
    results.spanId = handle.spanId;
    return results;
  }),
);
console.log(`seen ${JSON.stringify(seen)}`);
