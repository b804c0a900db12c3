import type { CommitFact, Fact } from "../../facts/facts.js";
import type { MoveChange } from "./look.js";

/**
 * A change with all of its first-parent commits, where the branch's history does not show them any more.
 *
 * @param commits those that `after` has and `before` has not; where they could not be read, the change stays as it is
 * @param isTaken whether a commit has a record, or belongs to an earlier change
 */
export function completed(
  change: MoveChange,
  commits: Fact<readonly Pick<CommitFact, "oid" | "parents">[]>,
  isTaken: (oid: string) => boolean,
): MoveChange {
  if (!change.vanished || !commits.known) return change;
  const parents = new Map(commits.value.map(({ oid, parents: [first] }) => [oid, first]));
  const line: string[] = [];
  for (let at = change.after ?? undefined; at !== undefined && parents.has(at); at = parents.get(at))
    line.push(at);
  return { ...change, oids: line.reverse().filter((oid) => !isTaken(oid)) };
}
