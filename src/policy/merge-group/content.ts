import { diffOf, type Tree, type TreeEntry } from "../../breakglass/diff.js";

/** The files of the four commits of a three-way merge. */
export interface MergeTrees {
  /** The best common ancestor of the two. */
  readonly ancestor: Tree;
  /** What was there. */
  readonly below: Tree;
  /** The pull request's head. */
  readonly head: Tree;
  /** What was made of the two. */
  readonly made: Tree;
}

/**
 * The paths at which `made` holds what a three-way merge does not give, in their order: a file that one side changed has
 * to be as on that side, and one that neither changed as it was.
 *
 * A file that both sides changed is merged line by line, which is not done again here; neither is what such a merge
 * writes where one side moved the file. Merge, squash and rebase all lead to the same files.
 */
export function strayPaths({ ancestor, below, head, made }: MergeTrees): string[] {
  const ours = diffOf(ancestor, below);
  const theirs = diffOf(ancestor, head);
  const both = [...theirs.keys()].filter(
    (path) => ours.has(path) && !isSame(below.get(path), head.get(path)),
  );
  const merged = new Set(both);
  const moved = both.some((path) => !below.has(path) || !head.has(path));
  const isTarget = (path: string): boolean =>
    moved && !ancestor.has(path) && (below.has(path) || head.has(path));
  const paths = [...new Set([...diffOf(below, made).keys(), ...theirs.keys()])].sort();
  return paths.filter((path) => {
    if (merged.has(path) || isTarget(path)) return false;
    return !isSame(made.get(path), (theirs.has(path) ? head : below).get(path));
  });
}

const isSame = (one: TreeEntry | undefined, other: TreeEntry | undefined): boolean =>
  one?.mode === other?.mode && one?.oid === other?.oid;
