import type { RecordedRequest } from "../github/http/server.js";
import type { Snapshot, Standing } from "./oracle.js";
import type { Stage } from "./stage.js";
import type { Subject } from "./subject.js";

/** A worker may be in the middle of posting while another one decides; what it posted is then posted over. */
const RACE_MS = 3_000;

interface Decision {
  readonly pull: number;
  readonly head: string;
  readonly base: string;
  readonly outcome: string;
  readonly observedAt: Date;
  readonly decidedAt: Date;
}

interface Post {
  readonly head: string;
  readonly at: Date;
}

/** Every verdict that passed though nothing that GitHub showed would have let it, in words; none as a rule. */
export async function wrongGreens(
  stage: Stage,
  subject: Subject,
  snapshots: readonly Snapshot[],
): Promise<string[]> {
  const decisions = await decisionsOn(stage, subject);
  const stale = staleReads(stage);
  const wrongDecisions = decisions
    .filter(({ outcome }) => outcome === "passed")
    .filter((decision) => !couldPass(decision, snapshots, stale))
    .map(
      ({ pull, head, base, observedAt }) =>
        `#${pull} passed at ${head} into ${base}, seen ${observedAt.toISOString()}`,
    );
  const wrongPosts = posts(stage, subject).flatMap((post) => unfounded(post, decisions, snapshots));
  return [...wrongDecisions, ...wrongPosts, ...(await byPoliciesNotInForce(stage, subject))];
}

/** A policy comes into force by a transaction of a look at its branch, which is dated from when it began. */
const LOOK_MS = 30_000;

/** Every verdict that passed by a policy which was not in force then, in words: not yet accounted for, or no more. */
async function byPoliciesNotInForce(stage: Stage, { repository: { repo } }: Subject): Promise<string[]> {
  const wrong = await stage.sql<Pick<Decision, "pull" | "base" | "observedAt">>(
    `SELECT pull_number AS pull, base_ref AS base, observed_at AS "observedAt"
       FROM decisions AS decision
      WHERE repository_id = $1 AND outcome = 'passed'
        AND EXISTS (SELECT FROM policy_revisions AS first
                     WHERE first.repository_id = $1 AND first.branch = base_ref AND first.used_at < observed_at)
        AND NOT EXISTS (SELECT FROM policy_revisions AS one
                         WHERE one.repository_id = $1 AND one.branch = base_ref
                           AND one.digest = policy_digest AND one.used_at <= decided_at
                           AND NOT EXISTS (SELECT FROM policy_revisions AS next
                                            WHERE next.repository_id = $1 AND next.branch = base_ref
                                              AND next.revision > one.revision
                                              AND next.used_at < observed_at - $2 * interval '1 millisecond'))`,
    [repo.id, LOOK_MS],
  );
  return wrong.map(
    ({ pull, base, observedAt }) =>
      `#${pull} passed by a policy of ${base} that was not in force at ${observedAt.toISOString()}`,
  );
}

async function decisionsOn(stage: Stage, { repository: { repo } }: Subject): Promise<Decision[]> {
  return await stage.sql<Decision>(
    `SELECT pull_number AS pull, head_oid AS head, base_ref AS base, outcome, observed_at AS "observedAt",
            decided_at AS "decidedAt"
       FROM decisions WHERE repository_id = $1 ORDER BY id`,
    [repo.id],
  );
}

/** Whether the pull request was green at some time between the look at it and the decision. */
function couldPass(decision: Decision, snapshots: readonly Snapshot[], stale: Stale): boolean {
  const from = stale.seenBefore(decision.observedAt, decision.decidedAt);
  return between(snapshots, from, decision.decidedAt).some((snapshot) =>
    snapshot.pulls.some((pull) => pull.green && isAbout(decision, pull)),
  );
}

const isAbout = ({ pull, head, base }: Decision, standing: Standing): boolean =>
  standing.number === pull && standing.head === head && standing.base === base;

const between = (snapshots: readonly Snapshot[], from: Date, to: Date): Snapshot[] =>
  snapshots.filter((snapshot) => snapshot.from <= to && (snapshot.until === null || snapshot.until >= from));

/** Each time that our check passed on a head of this repository, as far as GitHub may have heard. */
function posts({ github }: Stage, { repository: { repo } }: Subject): Post[] {
  const root = `/repos/${repo.owner.login}/${repo.name}/check-runs`;
  return github.requests.flatMap((request) => {
    const { path, status, body, at } = request;
    if (!path.startsWith(root) || status >= 300 || body?.["conclusion"] !== "success") return [];
    const { name, head } = runOf(request, repo.checkRuns);
    return name === "countersign" ? [{ head, at }] : [];
  });
}

function runOf(
  { body, path }: RecordedRequest,
  runs: Subject["repository"]["repo"]["checkRuns"],
): { name: string; head: string } {
  if (body !== null && typeof body["head_sha"] === "string") {
    return { name: String(body["name"]), head: body["head_sha"] };
  }
  const id = Number(/\/check-runs\/(\d+)/.exec(path)?.[1]);
  const run = runs.find((one) => one.id === id);
  return { name: run?.name ?? "", head: run?.suite.oid ?? "" };
}

/**
 * Complains of every pull request that had the head when it turned green, and of which the newest decision did not
 * pass, or of which there was none though it was there before the others were looked at.
 */
function unfounded(post: Post, decisions: readonly Decision[], snapshots: readonly Snapshot[]): string[] {
  const early = new Date(post.at.getTime() - RACE_MS);
  const known = decisions.filter(({ head, decidedAt }) => head === post.head && decidedAt <= post.at);
  const newest = (pull: Standing, by: Date) =>
    known.findLast((decision) => isAbout(decision, pull) && decision.decidedAt <= by);
  const looked = known.at(-1)?.observedAt ?? post.at;
  const [first, ...rest] = between(snapshots, post.at, post.at);
  const there = (first?.pulls ?? []).filter(
    (pull) =>
      pull.open &&
      pull.head === post.head &&
      rest.every(({ pulls }) => pulls.some((one) => isSame(one, pull))),
  );
  return there
    .filter((pull) => ![post.at, early].some((by) => newest(pull, by)?.outcome === "passed"))
    .filter((pull) => !cameAfter(pull, looked, snapshots))
    .map(
      ({ number, base }) =>
        `${post.head} turned green at ${post.at.toISOString()} against #${number} into ${base}`,
    );
}

const isSame = (one: Standing, other: Standing): boolean =>
  one.number === other.number && one.open && one.head === other.head && one.base === other.base;

/** Whether the pull request did not stand so yet when the others were looked at. */
const cameAfter = (pull: Standing, looked: Date, snapshots: readonly Snapshot[]): boolean =>
  between(snapshots, looked, looked).some(({ pulls }) => !pulls.some((one) => isSame(one, pull)));

interface Stale {
  /** How far back what was read in a time may have been true. */
  readonly seenBefore: (from: Date, to: Date) => Date;
}

/** Answers that were old when they came. */
function staleReads({ github }: Stage): Stale {
  const reads = github.requests.filter(({ operation }) => operation === "PullRequestFacts");
  return {
    seenBefore: (from, to) => {
      const old = reads.filter(({ at, stale }) => stale !== null && at >= from && at <= to);
      return old.reduce(
        (earliest, { stale }) => (stale !== null && stale < earliest ? stale : earliest),
        from,
      );
    },
  };
}
