import type { BranchReading } from "../../facts/case-source.js";
import type { Installation } from "../../github/github.js";
import type { BranchSubject } from "../../store/jobs.js";

/** As much first-parent history as is read without asking how far it is. */
const SHORT_HISTORY = 5_000;
/** As much as one look takes: of a branch that came from further away, what is below has no record, which says so. */
const LONGEST_HISTORY = 50_000;

/** Where a branch stands, how it came there, and where it left what is known of it. */
export interface History {
  readonly reading: BranchReading;
  /** See `Look.mergeBase`. */
  readonly mergeBase: string | null;
}

/**
 * Reads a branch's first-parent history down to the commit that is accounted for, or to where it forked from that one.
 *
 * A long history is that of a branch that was moved away from a commit which is not in it, or of very many new commits.
 * Only the merge base tells which, and so how much more of it has to be read for each new commit to get its record.
 *
 * @param until see `historyNeeded`
 * @throws CountersignError a `github-*` code
 */
export async function readHistory(
  { branches, retroactive }: Pick<Installation, "branches" | "retroactive">,
  { repository, branch }: Pick<BranchSubject, "repository" | "branch">,
  until: string | null,
): Promise<History> {
  const reading = await branches.readBranch(repository, branch, until, SHORT_HISTORY);
  const { tip, history, reached, cut } = reading;
  if (until === null || tip === null || reached) return { reading, mergeBase: null };
  const base = await retroactive.readMergeBase(repository, until, tip);
  const mergeBase = base.known ? base.value : null;
  if (!cut || history.some(({ oid }) => oid === mergeBase)) {
    return { reading: { ...reading, cut: false }, mergeBase };
  }
  const ends = { until, floor: mergeBase };
  return { reading: await branches.readOn(repository, reading, ends, LONGEST_HISTORY), mergeBase };
}
