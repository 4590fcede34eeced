/** What the kernel tells of processes, read from /proc. */
import { readdir, readFile } from "node:fs/promises";
import { setInterval } from "node:timers";

/** Ticks of `utime` and `stime` a second: `USER_HZ`, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 200;

/** Process ids of the children of a process. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const fields = await statFields(Number(name));
    if (Number(fields?.[1]) === pid && fields?.[0] !== "Z") found.push(Number(name));
  }
  return found;
}

/** CPU time of a process with all its threads, in milliseconds; 0 when it is gone. */
export async function cpuMsOf(pid: number): Promise<number> {
  const fields = await statFields(pid);
  return fields === undefined ? 0 : ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** Memory that a process holds, in bytes; 0 when it is gone. */
export async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** The fields of `/proc/<pid>/stat` from the state on. */
async function statFields(pid: number): Promise<readonly string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name in brackets may hold anything, also spaces and brackets.
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** The largest memory of some processes together while it was watched. */
export interface MemoryWatch {
  readonly samples: readonly number[];
  /** Stops watching and answers the largest sum, in bytes. */
  stop(): number;
}

/** Watches the memory of processes that may come and go. */
export function watchMemory(pids: () => Promise<readonly number[]>): MemoryWatch {
  const samples: number[] = [];
  const timer = setInterval(() => {
    void pids()
      .then((list) => Promise.all(list.map(rssOf)))
      .then((sizes) => samples.push(sizes.reduce((sum, size) => sum + size, 0)));
  }, SAMPLE_MS);
  return {
    samples,
    stop() {
      clearInterval(timer);
      return Math.max(0, ...samples);
    },
  };
}
