import type { PullRequestHandle } from "../github/scenario.js";
import { RESULT } from "../support/cast.js";
import { type Base, BASES } from "./history.js";
import type { Subject } from "./subject.js";

/** A pull request as it stood between two steps. */
export interface Standing {
  readonly number: number;
  readonly open: boolean;
  readonly head: string;
  readonly base: string;
  /** Whether all of its gates pass. */
  readonly green: boolean;
}

/** All of them, and from when to when: a step takes its time, so that neighbours overlap. */
export interface Snapshot {
  readonly from: Date;
  readonly pulls: readonly Standing[];
  until: Date | null;
}

/**
 * What the gates have to say of a pull request of these histories, told in the fewest words from GitHub's own state, and
 * by none of the app's code.
 */
export async function isGreen(subject: Subject, pull: PullRequestHandle): Promise<boolean> {
  const { rule } = subject.bases[baseOf(pull)];
  return rule !== null && (await isGreenUnprotected(subject, pull));
}

/** The same of all gates but protection. */
export async function isGreenUnprotected(subject: Subject, pull: PullRequestHandle): Promise<boolean> {
  const base = baseOf(pull);
  if (subject.bases[base].policy === "broken") return false;
  if (subject.demands(base) && !hasPassed(subject, pull.headOid)) return false;
  return isReviewed(pull) && (await isSigned(subject, pull));
}

function baseOf(pull: PullRequestHandle): Base {
  const base = BASES.find((name) => name === pull.baseRef);
  if (base === undefined) throw new Error(`${pull.baseRef} is no base branch of this history`);
  return base;
}

async function isSigned(subject: Subject, { pull }: PullRequestHandle): Promise<boolean> {
  const { git } = subject.repository.repo;
  const tip = await subject.repository.tip(pull.baseRef);
  const commits = await git.between(tip, pull.headOid);
  return commits.every((oid) => !subject.unsigned.has(oid));
}

function hasPassed(subject: Subject, oid: string): boolean {
  const last = subject.repository.repo.checkRuns.findLast(
    ({ name, suite }) => name === RESULT && suite.oid === oid && suite.app === subject.cast.conftest,
  );
  return last?.conclusion === "success";
}

/** Somebody's last word is an approval of exactly this head for exactly this base, and nobody's is a demand. */
function isReviewed({ pull }: PullRequestHandle): boolean {
  const words = new Map<string, (typeof pull.reviews)[number]>();
  for (const review of pull.reviews) {
    const { login } = review.author;
    const before = words.get(login);
    const elsewhere = review.state === "APPROVED" && review.commitOid !== pull.headOid;
    if (elsewhere && before?.state === "APPROVED" && before.commitOid === pull.headOid) continue;
    words.set(login, review);
  }
  const last = [...words.values()];
  const retargetedAt = pull.baseChanges.at(-1)?.at ?? "";
  return (
    last.every(({ state }) => state !== "CHANGES_REQUESTED") &&
    last.some(
      ({ state, commitOid, submittedAt }) =>
        state === "APPROVED" && commitOid === pull.headOid && submittedAt > retargetedAt,
    )
  );
}

export async function standings(subject: Subject): Promise<Standing[]> {
  return await Promise.all(
    subject.pulls.map(async (pull) => ({
      number: pull.number,
      open: pull.state === "open",
      head: pull.headOid,
      base: pull.baseRef,
      green: pull.state === "open" && (await isGreen(subject, pull)),
    })),
  );
}
