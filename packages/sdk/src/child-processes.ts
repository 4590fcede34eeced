import { ChildProcess } from "node:child_process";
import { CHILD_VARIABLES, childVariables } from "./child-environment.ts";
import { guard } from "./guard.ts";
import type { Environment } from "./options.ts";

/** The method that `spawn`, `fork`, `exec` and `execFile` all end in. Same on Node 20 to 24. */
interface Spawner {
  spawn(this: ChildProcess, options: unknown): unknown;
}

function variablesOf(pairs: readonly string[]): Environment {
  const found: Record<string, string> = {};
  for (const pair of pairs) {
    const cut = pair.indexOf("=");
    const name = pair.slice(0, cut);
    if ((CHILD_VARIABLES as readonly string[]).includes(name)) found[name] = pair.slice(cut + 1);
  }
  return found;
}

/** The same list of `NAME=value` texts with trace and labels in it. */
function amendPairs(pairs: readonly string[], variables: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(variables);
  const kept = pairs.filter((pair) => !names.includes(pair.slice(0, pair.indexOf("="))));
  return [...kept, ...names.map((name) => `${name}=${variables[name]}`)];
}

function amend(options: unknown): void {
  if (typeof options !== "object" || options === null) return;
  const holder = options as { envPairs?: unknown };
  const pairs = holder.envPairs;
  if (!Array.isArray(pairs) || !pairs.every((pair) => typeof pair === "string")) return;
  const variables = childVariables(variablesOf(pairs));
  if (Object.keys(variables).length > 0) holder.envPairs = amendPairs(pairs, variables);
}

/**
 * From now on child processes get trace and labels of the context that starts them. The returned function undoes it.
 * Synchronous variants (`spawnSync`, ...) have no such seam: use `childEnvironment()`.
 */
export function instrumentChildProcesses(): () => void {
  const prototype = ChildProcess.prototype as unknown as Spawner;
  const original: unknown = Reflect.get(prototype, "spawn");
  if (typeof original !== "function") return () => {};
  const spawn = function spawn(this: ChildProcess, ...args: [options: unknown]): unknown {
    guard(() => amend(args[0]));
    return Reflect.apply(original, this, args);
  };
  prototype.spawn = spawn;
  return () => {
    // Somebody may have wrapped it after us; then it stays, and only passes through.
    if (Reflect.get(prototype, "spawn") === spawn) Reflect.set(prototype, "spawn", original);
  };
}
