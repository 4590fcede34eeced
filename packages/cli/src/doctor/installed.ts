import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";

/** One copy of a package on disk. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Real path of its folder. */
  readonly folder: string;
}

/** What is installed where an application in a folder would find it. */
export interface Installation {
  readonly packages: readonly InstalledPackage[];
  /** False when there were more folders than are looked at. */
  readonly complete: boolean;
  /** Names that the nearest package.json asks for. */
  readonly asked: readonly string[];
}

/** Folders looked at before the walk gives up; large monorepos stay answerable within seconds. */
const MOST_FOLDERS = 20_000;

/** Reads every package in the `node_modules` of a folder and of the folders above it, nested copies included. */
export async function readInstallation(cwd: string): Promise<Installation> {
  const packages = new Map<string, InstalledPackage>();
  const waiting: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    waiting.push(join(folder, "node_modules"));
    if (folder === dirname(folder)) break;
  }
  let looked = 0;
  for (let next = waiting.pop(); next !== undefined && looked < MOST_FOLDERS; next = waiting.pop()) {
    for (const folder of await packageFolders(next)) {
      looked += 1;
      const real = await realpath(folder).catch(() => folder);
      if (packages.has(real)) continue;
      const found = await readPackage(real);
      if (found !== undefined) packages.set(real, found);
      waiting.push(join(real, "node_modules"));
    }
  }
  return { packages: [...packages.values()], complete: waiting.length === 0, asked: await readAsked(cwd) };
}

/** The copy of a package that a file in a folder would load, by Node's own rule. */
export async function resolveFrom(
  installation: Installation,
  from: string,
  name: string,
): Promise<InstalledPackage | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = await realpath(join(folder, "node_modules", name)).catch(() => undefined);
    const found = installation.packages.find((one) => one.folder === candidate);
    if (found !== undefined) return found;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Folders of packages directly in one `node_modules`, scoped ones and pnpm's store included. */
async function packageFolders(nodeModules: string): Promise<string[]> {
  const folders: string[] = [];
  for (const name of await names(nodeModules)) {
    const path = join(nodeModules, name);
    if (name === ".pnpm") {
      for (const entry of await names(path)) folders.push(...(await packageFolders(join(path, entry, "node_modules"))));
    } else if (name.startsWith("@")) {
      folders.push(...(await names(path)).map((inner) => join(path, inner)));
    } else if (!name.startsWith(".")) folders.push(path);
  }
  return folders;
}

async function names(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

async function readPackage(folder: string): Promise<InstalledPackage | undefined> {
  const manifest = await readManifest(join(folder, "package.json"));
  const { name, version } = manifest ?? {};
  return typeof name === "string" && typeof version === "string" ? { name, version, folder } : undefined;
}

async function readAsked(cwd: string): Promise<string[]> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const manifest = await readManifest(join(folder, "package.json"));
    if (manifest !== undefined) {
      const groups = [manifest["dependencies"], manifest["devDependencies"], manifest["optionalDependencies"]];
      return groups.flatMap((group) => (typeof group === "object" && group !== null ? Object.keys(group) : []));
    }
    if (folder === dirname(folder)) return [];
  }
}

async function readManifest(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Major and minor of a version text. */
export function majorMinor(version: string): readonly [major: number, minor: number] {
  const [major = "0", minor = "0"] = version.split(".");
  return [Number.parseInt(major, 10), Number.parseInt(minor, 10)];
}

/** Whether a version is below `major.minor`. */
export function isBelow(version: string, major: number, minor: number): boolean {
  const [ownMajor, ownMinor] = majorMinor(version);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}
