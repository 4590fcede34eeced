import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findGitCommit } from "./git.ts";

describe("findGitCommit", () => {
  const root = mkdtempSync(join(tmpdir(), "phasewise-git-"));
  const repository = join(root, "repository");
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd: repository,
      encoding: "utf8",
    }).trim();

  beforeAll(() => {
    mkdirSync(join(repository, "deep", "er"), { recursive: true });
    git("init", "--quiet", "--initial-branch=feature/a");
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("finds nothing outside a repository and before the first commit", () => {
    expect(findGitCommit(root)).toBeUndefined();
    expect(findGitCommit(repository)).toBeUndefined();
    expect(findGitCommit(join(root, "not", "there"))).toBeUndefined();
  });

  it("finds the commit of a branch from any folder below, before and after its ref is packed", () => {
    git("commit", "--quiet", "--allow-empty", "-m", "one");
    const commit = git("rev-parse", "HEAD");
    expect(findGitCommit(repository)).toBe(commit);
    git("pack-refs", "--all");
    expect(findGitCommit(join(repository, "deep", "er"))).toBe(commit);
  });

  it("finds the commit of a worktree and of a detached head", () => {
    git("worktree", "add", "--quiet", "-b", "other", join(root, "worktree"));
    git("commit", "--quiet", "--allow-empty", "-m", "two");
    const second = git("rev-parse", "HEAD");
    const first = git("rev-parse", "HEAD~1");
    expect(findGitCommit(join(root, "worktree"))).toBe(first);
    expect(findGitCommit(repository)).toBe(second);
    git("checkout", "--quiet", "--detach", first);
    expect(findGitCommit(repository)).toBe(first);
  });

  it("finds nothing in a head that makes no sense", () => {
    for (const head of ["", "ref: refs/heads/.invalid", "ref: refs/heads/gone", "\0\0", "ref: ../../etc/passwd"]) {
      writeFileSync(join(repository, ".git", "HEAD"), head);
      expect(findGitCommit(repository)).toBeUndefined();
    }
  });
});
