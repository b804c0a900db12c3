import type { CommitFact, Fact } from "../../facts/facts.js";
import type { MoveChange } from "./look.js";

/**
 * A change with exactly the first-parent commits that it is to cover: all of them, also where the branch's history does
 * not show them any more, and none that is covered otherwise. To be called for one change after the other.
 *
 * @param commits those that `after` has and `before` has not; where they could not be read, what is known has to do
 * @param isTaken whether a commit has a record, or belongs to a pull request or to an earlier change of the same look
 */
export function completed(
  change: MoveChange,
  commits: Fact<readonly Pick<CommitFact, "oid" | "parents">[]>,
  isTaken: (oid: string) => boolean,
): MoveChange {
  // Where the last commit has a record, those below it have one as well, or are from before the baseline.
  const isPartial = change.vanished && change.oids.length > 0;
  const all = isPartial && commits.known ? lineOf(change.after, commits.value) : change.oids;
  return { ...change, oids: all.filter((oid) => !isTaken(oid)) };
}

function lineOf(tip: string | null, commits: readonly Pick<CommitFact, "oid" | "parents">[]): string[] {
  const parents = new Map(commits.map(({ oid, parents: [first] }) => [oid, first]));
  const line: string[] = [];
  for (let at = tip ?? undefined; at !== undefined && parents.has(at); at = parents.get(at)) line.push(at);
  return line.reverse();
}
