import type { Octokit } from "@octokit/rest";
import type { BranchActivity, HistoryCommit } from "../../facts/case-source.js";
import type { Fact, Landing, RepositoryRef, Unknown } from "../../facts/facts.js";
import { known, MERGE_QUEUE, unknown } from "../../facts/facts.js";
import { pagesOfLog } from "./activity.js";
import { readChain } from "./history.js";

/** How many moves of the merge queue, the nearest in time first, are looked through for a merge commit. */
const MAX_GROUPS = 5;
/** More commits than one group of the queue lands. */
const MAX_COMMITS = 100;

/**
 * See `FactSource.readLanding`.
 *
 * A merge queue lands a whole group of pull requests by one move, so the log has one entry for all of them. The parents
 * of a commit are believed only where GitHub's queue made it, that is, within such an entry: a merge commit made by hand
 * can name any commit as its first parent, also one with a policy that its maker wrote and no branch ever had.
 */
export async function readLanding(
  client: Octokit,
  repository: RepositoryRef,
  branch: string,
  oid: string,
  mergedAt: Date,
): Promise<Fact<Landing>> {
  const queued: BranchActivity[] = [];
  for await (const moves of pagesOfLog(client, repository, branch, mergedAt)) {
    const move = moves.find(({ after }) => after === oid);
    if (move !== undefined && move.kind !== MERGE_QUEUE) return landing(move, move.before);
    queued.push(...moves.filter(({ kind }) => kind === MERGE_QUEUE));
    if (move !== undefined) break;
  }
  for (const move of nearest(queued, oid, mergedAt)) {
    const chain = await readChain(client, repository, move.after, move.before, MAX_COMMITS);
    const place = chain?.findIndex((commit) => commit.oid === oid) ?? -1;
    if (chain === null || place === -1) continue;
    const before = withinGroup(move, branch, chain.slice(place));
    const groupHeads = chain.slice(0, place + 1).map((commit) => commit.oid);
    return before.known ? known({ ...before.value, groupHeads }) : before;
  }
  return notLogged(branch, oid);
}

const landing = ({ kind }: BranchActivity, before: string): Fact<Landing> =>
  known({ before, loggedAs: kind });

/** The move that ends at the commit is the one; of others, one at about the time of the merge. */
function nearest(moves: readonly BranchActivity[], oid: string, mergedAt: Date): readonly BranchActivity[] {
  const ending = moves.filter(({ after }) => after === oid);
  if (ending.length > 0) return ending.slice(0, 1);
  const away = ({ at }: BranchActivity): number => Math.abs(Date.parse(at) - mergedAt.getTime());
  return [...moves].sort((one, other) => away(one) - away(other)).slice(0, MAX_GROUPS);
}

/**
 * Where the branch stood within a group before one of its pull requests, whose merge commit is the first of `chain`. A
 * rebase lands several commits, and none of its own is where the branch stood: one may have brought a policy. A merge
 * commit of two parents is made only by a queue that merges, and brings all else by its second one.
 */
function withinGroup(move: BranchActivity, branch: string, chain: readonly HistoryCommit[]): Fact<Landing> {
  const [last, ...below] = chain;
  const isMerge = last !== undefined && last.parents.length > 1;
  for (const commit of below) {
    if (isMerge || endsPull(commit, branch)) return landing(move, commit.oid);
    if (!commit.mergedPulls.some(({ mergeCommitOid }) => mergeCommitOid === last?.oid)) {
      return nobodys(commit.oid);
    }
  }
  return landing(move, move.before);
}

const endsPull = ({ oid, mergedPulls }: HistoryCommit, branch: string): boolean =>
  mergedPulls.some(({ baseRef, mergeCommitOid }) => baseRef === branch && mergeCommitOid === oid);

const short = (oid: string): string => oid.slice(0, 12);

const notLogged = (branch: string, oid: string): Unknown =>
  unknown(
    "not-found",
    `GitHub's activity log does not say where ${branch} stood before ${short(oid)}.`,
    "None: the record says so.",
  );

const nobodys = (oid: string): Unknown =>
  unknown(
    "not-found",
    `GitHub does not say by which pull request of its merge queue ${short(oid)} landed.`,
    "None: the record says so.",
  );
