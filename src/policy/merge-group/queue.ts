/** How a merge queue brings a pull request to its branch. */
export type QueueMethod = "merge" | "squash" | "rebase";

/** A pull request's place in a merge queue. */
export interface QueueEntry {
  readonly number: number;
  /** Its head as it is now. */
  readonly headOid: string;
  /** The commit on which the queue built what lands of it; `null`: not built yet. */
  readonly baseOid: string | null;
  /** The last commit that the queue made of it; `null`: not built yet. */
  readonly groupOid: string | null;
}

/** A branch's merge queue, by GitHub's own account. */
export interface MergeQueueReading {
  readonly method: QueueMethod;
  /** `every`: each group's own checks have to pass; `last`: those of the last one that lands are enough for all. */
  readonly mustPass: "every" | "last";
  /** Where the branch stands; `null`: it is gone. */
  readonly branchTip: string | null;
  readonly entries: readonly QueueEntry[];
}

/** A merge group as its webhook told it. */
export interface MergeGroup {
  /** The queue's temporary branch, `gh-readonly-queue/<base>/pr-<number>-<oid>`. */
  readonly headRef: string;
  readonly headOid: string;
  readonly baseRef: string;
  /** What it was built on: where the base branch stood, or the head of the group before. */
  readonly baseOid: string;
}

/** Names of this kind are the queue's alone: nobody else may push to them. */
export const QUEUE_BRANCHES = "gh-readonly-queue/";

/**
 * The number of the last pull request of a group, by the name of its branch; `null` where the name is not one of a
 * queue of this base.
 */
export function numberInName({ headRef, baseRef }: Pick<MergeGroup, "headRef" | "baseRef">): number | null {
  const prefix = `${QUEUE_BRANCHES}${baseRef}/pr-`;
  if (!headRef.startsWith(prefix)) return null;
  const number = /^([1-9]\d{0,9})-[0-9a-f]+$/.exec(headRef.slice(prefix.length))?.[1];
  return number === undefined ? null : Number(number);
}
