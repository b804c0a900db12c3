import type { Fact, RepositoryRef } from "../../facts/facts.js";
import { known } from "../../facts/facts.js";
import type { Installation } from "../../github/github.js";
import type { Member } from "../../policy/merge-group/attribute.js";
import { strayPaths } from "../../policy/merge-group/content.js";

/** Groups are looked at again with each result that comes, and what was proven of commits stays so: by their OIDs. */
const PROVEN = new Set<string>();
const MOST_PROVEN = 1_000;

/**
 * The paths at which what the queue made of a pull request is not what it brings (see `strayPaths`).
 *
 * @throws CountersignError a `github-*` code
 */
export async function compareContent(
  { retroactive }: Pick<Installation, "retroactive">,
  repository: RepositoryRef,
  member: Member,
): Promise<Fact<readonly string[]>> {
  const { below, headOid } = member;
  const made = member.commits.at(-1)?.oid ?? below;
  const key = `${repository.id}/${below}/${headOid}/${made}`;
  if (PROVEN.has(key)) return known([]);
  const ancestor = await retroactive.readMergeBase(repository, below, headOid);
  if (!ancestor.known) return ancestor;
  const base = await retroactive.readTree(repository, ancestor.value);
  if (!base.known) return base;
  const before = await retroactive.readTree(repository, below);
  if (!before.known) return before;
  const head = await retroactive.readTree(repository, headOid);
  if (!head.known) return head;
  const after = await retroactive.readTree(repository, made);
  if (!after.known) return after;
  const strays = strayPaths({
    ancestor: base.value,
    below: before.value,
    head: head.value,
    made: after.value,
  });
  if (strays.length === 0) remember(key);
  return known(strays);
}

function remember(key: string): void {
  const [oldest] = PROVEN;
  if (PROVEN.size >= MOST_PROVEN && oldest !== undefined) PROVEN.delete(oldest);
  PROVEN.add(key);
}
