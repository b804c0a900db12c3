import { type CommitFact, type Fact, known, type Unknown, unknown } from "../../facts/facts.js";
import {
  type MergeGroup,
  type MergeQueueReading,
  numberInName,
  type QueueEntry,
  type QueueMethod,
} from "./queue.js";
import { shortOid } from "../rules/repository.js";

/** What a merge queue made of one pull request. */
export interface Member {
  readonly number: number;
  /** The pull request's head that the queue took, by the queue's own account. */
  readonly headOid: string;
  /** The commit below. */
  readonly below: string;
  /** The first-parent commits that the queue made of it, the oldest first: one, or after a rebase one for each. */
  readonly commits: readonly CommitFact[];
}

/**
 * Whose each commit of a merge group is. `line` holds the group's first-parent commits above `below`, the oldest first.
 *
 * The queue's entries are authoritative: they alone are GitHub's own word for which commit it made of which pull request.
 * What else is known must agree with them, or nothing is known: the parents of merge commits, and the number in the name
 * of the group's branch. A commit that cannot be attributed leaves the whole group unknown, as nobody answers for it.
 */
export function attributeGroup(
  group: MergeGroup,
  queue: Pick<MergeQueueReading, "method" | "entries">,
  below: string,
  line: readonly CommitFact[],
): Fact<readonly Member[]> {
  if (line.at(-1)?.oid !== group.headOid) return doubt("Its commits do not end with its head.");
  const members: Member[] = [];
  let commits: CommitFact[] = [];
  for (const commit of line) {
    commits.push(commit);
    const owners = queue.entries.filter((entry) => isOwner(entry, commit, queue.method));
    if (owners.length === 0) continue;
    const from = members.at(-1)?.commits.at(-1)?.oid ?? below;
    const member = memberOf(owners, commits, from, queue.method);
    if (typeof member === "string") return doubt(member);
    members.push(member);
    commits = [];
  }
  const wrong = commits.length > 0 ? "Its head is of none that is in the queue." : misnamed(group, members);
  return wrong === null ? known(members) : doubt(wrong);
}

function misnamed(group: MergeGroup, members: readonly Member[]): string | null {
  const numbers = members.map(({ number }) => number);
  if (new Set(numbers).size < numbers.length) return "A pull request is in it twice.";
  const isNamed = numbers.at(-1) === numberInName(group);
  return isNamed ? null : "Its branch is named after another pull request than the queue tells.";
}

/** What the queue made of the one owner that these commits have, or why that is not certain. */
function memberOf(
  owners: readonly QueueEntry[],
  commits: readonly CommitFact[],
  below: string,
  method: QueueMethod,
): Member | string {
  const [owner, ...others] = owners;
  if (owner === undefined || others.length > 0) return "One of its commits is of several.";
  const wrong = disagreement(owner, commits, below, method);
  return wrong ?? { number: owner.number, headOid: owner.headOid, below, commits };
}

/**
 * Whether a commit is the last that the queue made of a pull request. Where it does not tell that commit, of a merge the
 * second parent does: the head that was merged.
 */
const isOwner = (
  { groupOid, headOid }: QueueEntry,
  { oid, parents }: CommitFact,
  method: QueueMethod,
): boolean =>
  groupOid === null ? method === "merge" && parents.length === 2 && parents[1] === headOid : groupOid === oid;

/** In what the shape of the commits contradicts the queue; `null`: in nothing. */
function disagreement(
  { number, headOid, baseOid }: QueueEntry,
  commits: readonly CommitFact[],
  below: string,
  method: QueueMethod,
): string | null {
  const [first, ...others] = commits;
  if (first === undefined) return `#${number} brings no commit.`;
  if (commits.some(({ oid }) => oid === baseOid)) return `#${number} was built elsewhere.`;
  if (commits.some(({ parents }, place) => parents[0] !== (commits[place - 1]?.oid ?? below))) {
    return `The commits of #${number} are not on top of what was below.`;
  }
  if (method !== "rebase" && others.length > 0)
    return `${shortOid(first.oid)} is of none that is in the queue.`;
  const expected = method === "merge" ? [headOid] : [];
  const fits = commits.every(({ parents }) => parents.slice(1).join() === expected.join());
  return fits ? null : `The commits of #${number} are not what a queue makes that uses ${method}.`;
}

const doubt = (why: string): Unknown =>
  unknown(
    "inconsistent",
    `Which pull requests this merge group is made of is not certain. ${why}`,
    "Take the pull request out of the queue and put it in again.",
  );
