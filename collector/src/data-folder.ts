import { createHash } from "node:crypto";
import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PhasewiseError } from "./errors.ts";

/** Where everything lies in the data folder. */
export interface DataFolder {
  readonly path: string;
  readonly journal: string;
  readonly database: string;
  readonly quarantine: string;
  /** What the store process is loading right now. */
  readonly loading: string;
  /** What the running collector listens on, for tools: `{pid, otlp_http, web}`. */
  readonly ports: string;
}

/** The paths below a data folder. */
export function dataFolder(path: string): DataFolder {
  const root = resolve(path);
  return {
    path: root,
    journal: join(root, "journal"),
    database: join(root, "phasewise.duckdb"),
    quarantine: join(root, "quarantine"),
    loading: join(root, "loading.json"),
    ports: join(root, "ports.json"),
  };
}

/** A claim on a data folder: given up by `release`, or by the operating system when the process dies. */
export interface Claim {
  release(): Promise<void>;
}

/** Creates the folder, proves that it can be written, and claims it for this process alone. */
export async function claimDataFolder(folder: DataFolder): Promise<Claim> {
  try {
    await mkdir(folder.journal, { recursive: true });
    const probe = join(folder.path, ".writable");
    await writeFile(probe, "");
    await rm(probe);
  } catch (error) {
    throw new PhasewiseError(
      "DATA_FOLDER_UNUSABLE",
      `PHASEWISE_DATA: expected a folder that can be written, got ${folder.path} (${reason(error)}); ` +
        "name another folder or give yourself the right to write there",
      { cause: error },
    );
  }
  const address = lockAddress(await realpath(folder.path));
  const server = (await listen(address)) ?? (await takeOver(address));
  if (server === undefined) {
    throw new PhasewiseError(
      "DATA_FOLDER_UNUSABLE",
      `PHASEWISE_DATA: another collector uses ${folder.path}; stop it or name another folder`,
    );
  }
  return {
    release: () => new Promise((done) => server.close(() => done())),
  };
}

/** A local socket is a lock that no crash leaves behind: Linux frees an abstract name with its process. */
function lockAddress(path: string): string {
  const name = `phasewise-${createHash("sha256").update(path).digest("hex").slice(0, 32)}`;
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? done(undefined) : fail(error),
    );
    server.listen(address, () => {
      server.unref();
      done(server);
    });
  });
}

/** A socket file that nobody answers on was left by a crash. */
async function takeOver(address: string): Promise<Server | undefined> {
  if (process.platform === "linux" || process.platform === "win32") return undefined;
  const answered = await new Promise<boolean>((done) => {
    const socket = createConnection(address, () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
  if (answered) return undefined;
  await rm(address, { force: true });
  return await listen(address);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
