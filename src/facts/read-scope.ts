import { gatesEverything } from "../policy/document/paths.js";
import type { PolicySource } from "../policy/resolve.js";
import { reachOf, type Scope, scopeOf } from "../policy/rules/path-scope/scope.js";
import type { TreeEntry, TreeSource } from "./case-source.js";
import { type Fact, known, type RepositoryRef, unknown } from "./facts.js";

/** A change to the files of a branch: what a commit has changed since it left another, or each step of some in a row. */
export type FileChange =
  { readonly forkedFrom: string; readonly to: string } | { readonly steps: readonly string[] };

/** A change is looked at with each event about it, and what lies between two commits stays so. */
const READ = new Map<string, Scope>();
const MOST_READ = 1_000;

/** More steps cost more than it is worth to know that each of them is outside. */
const MOST_TREES = 12;

/**
 * What a change touches of the policy's `paths`, by the files of its commits, as GitHub lists no more than 3,000 changed
 * files of a pull request and does not tell links from files. `null`, and nothing is read, where the policy gates
 * everything, or there is none that could leave anything out.
 *
 * @throws CountersignError a `github-*` code
 */
export async function readScope(
  trees: TreeSource,
  repository: RepositoryRef,
  source: PolicySource,
  change: FileChange,
): Promise<Fact<Scope> | null> {
  if (source.kind !== "usable" || gatesEverything(source.policy)) return null;
  const { paths } = source.policy;
  const key = JSON.stringify([repository.id, change, paths]);
  const before = READ.get(key);
  if (before !== undefined) return known(before);
  const steps = await stepsOf(trees, repository, change);
  if (!steps.known) return steps;
  const read = await readTrees(trees, repository, steps.value, reachOf(paths));
  if (!read.known) return read;
  const scope = scopeOf(paths, read.value);
  remember(key, scope);
  return known(scope);
}

async function stepsOf(
  trees: TreeSource,
  repository: RepositoryRef,
  change: FileChange,
): Promise<Fact<readonly string[]>> {
  if ("steps" in change) return change.steps.length > MOST_TREES ? TOO_MANY : known(change.steps);
  const { forkedFrom, to } = change;
  const ancestor = await trees.readMergeBase(repository, forkedFrom, to);
  return ancestor.known ? known([ancestor.value, to]) : ancestor;
}

const TOO_MANY = unknown(
  "truncated",
  "It has more commits than are looked through for what each of them touches.",
  "None: all of it is gated.",
);

async function readTrees(
  source: TreeSource,
  repository: RepositoryRef,
  oids: readonly string[],
  reaches: (folder: string) => boolean,
): Promise<Fact<readonly ReadonlyMap<string, TreeEntry>[]>> {
  const read: ReadonlyMap<string, TreeEntry>[] = [];
  for (const oid of oids) {
    const tree = await source.readReached(repository, oid, reaches);
    if (!tree.known) return tree;
    read.push(tree.value);
  }
  return known(read);
}

function remember(key: string, scope: Scope): void {
  const [oldest] = READ.keys();
  if (READ.size >= MOST_READ && oldest !== undefined) READ.delete(oldest);
  READ.set(key, scope);
}
