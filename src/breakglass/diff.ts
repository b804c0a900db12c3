/** One path of a tree: `mode` as Git writes it, `oid` of blob or submodule commit. */
export interface TreeEntry {
  readonly mode: string;
  readonly oid: string;
}

/** Files of a commit by their paths. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** What became of each path that changed; `null`: it is not there any more. */
export type Diff = ReadonlyMap<string, TreeEntry | null>;

/** What leads from one tree to another. A changed mode is a change: it can make a file run. */
export function diffOf(before: Tree, after: Tree): Diff {
  const gone = [...before.keys()].filter((path) => !after.has(path)).map((path) => [path, null] as const);
  const come = [...after].filter(([path, entry]) => !isSame(entry, before.get(path) ?? null));
  return new Map<string, TreeEntry | null>([...gone, ...come]);
}

/**
 * Whether an offered change shows exactly what landed: for each path of which it does not, what is wrong with it, in
 * the order of the paths. Empty: it shows all of it and nothing else.
 */
export function differences(landed: Diff, offered: Diff): string[] {
  const paths = [...new Set([...landed.keys(), ...offered.keys()])].sort();
  return paths.flatMap((path) => {
    const wrong = difference(landed.get(path), offered.get(path));
    return wrong === null ? [] : [`${path} (${wrong})`];
  });
}

function difference(
  landed: TreeEntry | null | undefined,
  offered: TreeEntry | null | undefined,
): string | null {
  if (offered === undefined) return "missing";
  if (landed === undefined) return "extra";
  if (isSame(landed, offered)) return null;
  if (landed === null) return "deleted in what landed, and not here";
  if (offered === null) return "deleted here, and not in what landed";
  return landed.oid === offered.oid ? `mode ${offered.mode}, landed as ${landed.mode}` : "other content";
}

function isSame(one: TreeEntry | null, other: TreeEntry | null): boolean {
  if (one === null || other === null) return one === other;
  return one.mode === other.mode && one.oid === other.oid;
}
