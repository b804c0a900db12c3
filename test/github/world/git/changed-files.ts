import type { GitStore } from "./git.js";

/** The paths that a commit adds, changes and removes against its first parent. */
export interface ChangedFiles {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly removed: readonly string[];
}

const NOTHING: ChangedFiles = { added: [], modified: [], removed: [] };

/** What each of `oids` changes, in one run of git. */
export async function changedFiles(
  git: GitStore,
  oids: readonly string[],
): Promise<(oid: string) => ChangedFiles> {
  const args = ["diff-tree", "--stdin", "-r", "-m", "--root", "--no-renames", "--name-status", "-z"];
  const input = oids.map((oid) => `${oid}\n`).join("");
  const output = oids.length === 0 ? "" : (await git.git(args, { input })).toString("utf8");
  const byCommit = parse(output.split("\0").slice(0, -1));
  return (oid) => byCommit.get(oid) ?? NOTHING;
}

/** A merge is listed once a parent, its first parent first. */
function parse(fields: readonly string[]): Map<string, ChangedFiles> {
  const found = new Map<string, Lists>();
  let current = noLists();
  for (let at = 0; at < fields.length;) {
    const field = fields[at] ?? "";
    if (/^[0-9a-f]{40}$/.test(field)) {
      current = noLists();
      if (!found.has(field)) found.set(field, current);
      at += 1;
    } else {
      listOf(current, field).push(fields[at + 1] ?? "");
      at += 2;
    }
  }
  return found;
}

interface Lists {
  readonly added: string[];
  readonly modified: string[];
  readonly removed: string[];
}

const noLists = (): Lists => ({ added: [], modified: [], removed: [] });

function listOf({ added, modified, removed }: Lists, status: string): string[] {
  if (status === "A") return added;
  return status === "D" ? removed : modified;
}
