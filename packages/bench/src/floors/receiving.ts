import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cpuMsOf } from "../collector/processes.ts";
import { startLoad } from "../load/load.ts";
import type { LoadOptions } from "../load/messages.ts";

const SERVER = fileURLToPath(new URL("decode-server.ts", import.meta.url));

/** What receiving costs when nothing is kept. */
export interface ReceivingFloor {
  readonly itemsPerSecond: number;
  readonly cpuUsPerItem: number;
}

/** Sends the load to a server that only decodes. */
export async function measureReceiving(options: Omit<LoadOptions, "port">): Promise<ReceivingFloor> {
  const child = fork(SERVER, [], { execArgv: ["--conditions=@phasewise/source"], stdio: ["ignore", 2, 2, "ipc"] });
  try {
    const port = await new Promise<number>((resolve, reject) => {
      child.once("message", (message) => resolve((message as { readonly port: number }).port));
      child.once("exit", () => reject(new Error("the floor's server ended")));
    });
    const load = await startLoad({ ...options, port });
    const before = await cpuMsOf(child.pid ?? 0);
    const result = await load.go();
    const cpuMs = (await cpuMsOf(child.pid ?? 0)) - before;
    if (result.faults.length > 0) throw new Error(`the floor refused: ${result.faults.join("; ")}`);
    return {
      itemsPerSecond: (result.acknowledgedItems * 1000) / result.wallMs,
      cpuUsPerItem: (cpuMs * 1000) / Math.max(1, result.acknowledgedItems),
    };
  } finally {
    child.kill("SIGKILL");
  }
}
