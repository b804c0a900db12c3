import type { GitStore } from "./git.js";

/** How many lines a file gained and lost; none for a binary one. */
interface Lines {
  readonly additions: number;
  readonly deletions: number;
}

const NO_LINES: Lines = { additions: 0, deletions: 0 };

/** One path that differs between two commits. */
export interface FileDiff extends Lines {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: "added" | "removed" | "modified" | "renamed" | "changed";
  /** Of the file as it is now; as it was where it is removed. */
  readonly oid: string;
}

const STATUS: Readonly<Record<string, FileDiff["status"]>> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  T: "changed",
};

/** The files in which two commits differ, renames told as such. */
export async function fileDiffs(git: GitStore, from: string, to: string): Promise<FileDiff[]> {
  const lines = await lineCounts(git, from, to);
  const fields = await diff(git, "--raw", from, to);
  const files: FileDiff[] = [];
  for (let at = 0; at < fields.length;) {
    const [head = "", ...paths] = fields.slice(at, at + 3);
    const file = changedFile(head, paths);
    files.push({ ...file, ...(lines.get(file.path) ?? NO_LINES) });
    at += file.previousPath === null ? 2 : 3;
  }
  return files;
}

/** One entry of git's raw format: modes, objects and a letter; then the path, or of a rename both paths. */
function changedFile(
  head: string,
  [path = "", renamedTo = ""]: readonly string[],
): Omit<FileDiff, keyof Lines> {
  const [, , before = "", after = "", code = ""] = head.split(" ");
  const renamed = code.startsWith("R");
  return {
    path: renamed ? renamedTo : path,
    previousPath: renamed ? path : null,
    status: STATUS[code.slice(0, 1)] ?? "changed",
    oid: code === "D" ? before : after,
  };
}

async function lineCounts(git: GitStore, from: string, to: string): Promise<Map<string, Lines>> {
  const fields = await diff(git, "--numstat", from, to);
  const counts = new Map<string, Lines>();
  for (let at = 0; at < fields.length;) {
    const [added, deleted, path = ""] = (fields[at] ?? "").split("\t");
    // A rename leaves the path out here and names both paths after it.
    const name = path === "" ? (fields[at + 2] ?? "") : path;
    counts.set(name, { additions: Number(added) || 0, deletions: Number(deleted) || 0 });
    at += path === "" ? 3 : 1;
  }
  return counts;
}

async function diff(git: GitStore, form: string, from: string, to: string): Promise<string[]> {
  const output = await git.git(["diff", form, "-z", "-M", "--no-abbrev", from, to]);
  return output.toString("utf8").split("\0").slice(0, -1);
}
