import type { LineCommit } from "./look.js";

/**
 * Which commits of a branch's first-parent history came by which merged pull request: oid → number.
 *
 * Only a pull request into this very branch counts: one that was merged into another branch was judged by that one's
 * rules, and who then moved it here went around the gates of this one. It owns its merge commit, and where it was
 * rebased, those that lie directly below: of one parent each, associated with it, no more than it has commits, and
 * none at which the branch is told to have stood (`stops`), for a rebase brings all of its commits at once.
 *
 * @param line first-parent history, the oldest first
 */
export function pullsOf(
  line: readonly LineCommit[],
  branch: string,
  stops: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const owners = new Map<string, number>();
  line.forEach((commit, index) => {
    const pull = commit.mergedPulls.find(
      ({ baseRef, mergeCommitOid }) => baseRef === branch && mergeCommitOid === commit.oid,
    );
    if (pull === undefined) return;
    owners.set(commit.oid, pull.number);
    if (commit.parents.length !== 1) return;
    const below = line.slice(Math.max(0, index + 1 - pull.commits), index).reverse();
    for (const { oid, parents, mergedPulls } of below) {
      const isRebased = parents.length === 1 && mergedPulls.some((one) => isSame(one, pull));
      if (!isRebased || stops.has(oid) || owners.has(oid)) return;
      owners.set(oid, pull.number);
    }
  });
  return owners;
}

type Pull = LineCommit["mergedPulls"][number];
const isSame = (one: Pull, other: Pull): boolean =>
  one.number === other.number && one.baseRef === other.baseRef && one.mergeCommitOid === other.mergeCommitOid;
