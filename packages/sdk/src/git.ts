import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const REF = /^ref: (refs\/[^\0]+)$/;
const LARGEST_FILE = 16 * 1024 * 1024;

function readText(path: string): string | undefined {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= LARGEST_FILE ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The git folder that governs a directory: `.git` itself, or what a `.git` file (worktree, submodule) points at. */
function gitFolder(directory: string): string | undefined {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const candidate = join(at, ".git");
    if (isDirectory(candidate)) return candidate;
    const pointer = /^gitdir: (.+)$/m.exec(readText(candidate) ?? "")?.[1]?.trim();
    if (pointer !== undefined) return isAbsolute(pointer) ? pointer : join(at, pointer);
    if (dirname(at) === at) return undefined;
  }
}

function packedRef(folder: string, ref: string): string | undefined {
  for (const line of (readText(join(folder, "packed-refs")) ?? "").split("\n")) {
    const space = line.indexOf(" ");
    if (space > 0 && line.slice(space + 1).trim() === ref) return line.slice(0, space);
  }
  return undefined;
}

/**
 * The commit that is checked out in a directory (40 or 64 hex digits), read from `.git/HEAD`, the loose ref and
 * `packed-refs`; undefined outside a repository, on an unborn branch and for formats that are not files (reftable).
 */
export function findGitCommit(directory: string): string | undefined {
  const folder = gitFolder(directory);
  if (folder === undefined) return undefined;
  const head = readText(join(folder, "HEAD"))?.trim() ?? "";
  if (COMMIT.test(head)) return head;
  const ref = REF.exec(head)?.[1];
  if (ref === undefined) return undefined;
  // A worktree keeps its own HEAD, and shares the branches of the folder that `commondir` names.
  const shared = readText(join(folder, "commondir"))?.trim();
  const common = shared === undefined ? folder : resolve(folder, shared);
  const commit =
    readText(join(folder, ref))?.trim() ?? readText(join(common, ref))?.trim() ?? packedRef(common, ref) ?? "";
  return COMMIT.test(commit) ? commit : undefined;
}
