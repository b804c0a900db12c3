import { z } from "zod";
import { canonicalJson, sha256Hex } from "../evidence/canonical.js";
import type { ChangeFacts } from "../facts/facts.js";
import { numberInName } from "../policy/merge-group/queue.js";
import type { Decision } from "../policy/finding.js";
import { readDecision } from "../policy/verdict/stored-decision.js";
import { undecided } from "../policy/verdict/undecided.js";
import { renderChecks, type PullDecision, type RenderedCheck } from "../report/checks.js";
import type { FlowContext } from "./context.js";
import type { CommitSubject } from "../store/jobs.js";
import type { CheckContent, CommitKey, StoredDecision, StoreTransaction } from "../store/store.js";

/** What a stored decision's body holds. */
export interface DecisionBody extends PullDecision {
  readonly controlled: boolean;
  readonly decision: Decision;
}

/**
 * States what the check runs of a pull request's head commit should say, joined over all open pull requests that have
 * this head, and queues the posting of what is not posted yet. While one of those is undecided nothing passes: it may
 * be the stricter one.
 *
 * Call it with the commit's lock held.
 */
export async function wantChecks(
  tx: StoreTransaction,
  docs: Pick<FlowContext, "docsUrl">,
  tenantId: number,
  facts: ChangeFacts,
): Promise<void> {
  const { repository, pullRequest, observedAt } = facts;
  const { oid } = pullRequest.head;
  const heads = await headsOf(tx, { tenantId, repositoryId: repository.id, oid }, facts);
  await wantJoined(
    tx,
    docs,
    { tenantId, repository, oid },
    { heads, more: unreadSiblings(facts), observedAt },
  );
}

interface Joined {
  /** The open pull requests that have the commit as their head. */
  readonly heads: readonly Head[];
  /** What else is to be shown beside the decisions on them. */
  readonly more: readonly DecisionBody[];
  /** ISO 8601. */
  readonly observedAt: string;
}

/**
 * States what a commit's check runs should say of the pull requests that have it as their head, by the newest decision on
 * each; one that has none for the branch that it goes to is looked at. A merge group with this head is part of it: else a
 * pull request that is opened from the group's branch could lend it a milder verdict. Call it with the commit's lock held.
 */
export async function wantJoined(
  tx: StoreTransaction,
  { docsUrl }: Pick<FlowContext, "docsUrl">,
  { tenantId, repository, oid }: CommitSubject,
  { heads, more, observedAt }: Joined,
): Promise<void> {
  const commit = { tenantId, repositoryId: repository.id, oid };
  const decisions = (await tx.latestDecisions(commit)).map(readBody);
  const bodies = heads.map(
    (head) => decisions.find(({ pull }) => decidesOn(pull, head)) ?? undecidedOn(head, decisions, observedAt),
  );
  for (const { number } of heads.filter((head) => !decisions.some(({ pull }) => decidesOn(pull, head)))) {
    await tx.enqueue({ task: "evaluate-pull-request", payload: { tenantId, repository, number } });
  }
  const ofGroup = await groupBodies(tx, commit, decisions, observedAt);
  const shown = [...bodies, ...more, ...ofGroup].filter(({ controlled }) => controlled);
  for (const check of renderChecks(shown, docsUrl)) {
    await tx.wantCheck({ ...commit, name: check.name }, contentOf(check));
  }
  // Not only where it is news: what was wanted before may never have been posted.
  const unposted = (await tx.wantedChecks(commit)).some((wanted) => wanted.postedRevision < wanted.revision);
  if (unposted)
    await tx.enqueue({ task: "publish-checks", payload: { tenantId, repository, oid: commit.oid } });
}

/** An open pull request with this head, and the branch it goes to. */
interface Head {
  readonly number: number;
  readonly baseRef: string;
}

/** This pull request and all others with its head: as GitHub lists them, and as webhooks and evaluations told. */
async function headsOf(
  tx: StoreTransaction,
  commit: CommitKey,
  { pullRequest: { number, base }, siblings }: ChangeFacts,
): Promise<Head[]> {
  const heard = await tx.openPullRequestsAt(commit);
  const others = [...(siblings.known ? siblings.value : []), ...heard].filter(
    (other) => other.number !== number,
  );
  const unique = new Map(others.map((head) => [`${head.number} ${head.baseRef}`, head]));
  return [{ number, baseRef: base.ref }, ...unique.values()];
}

/** The pull requests of the merge group that has the commit as its head, until it has ended. */
async function groupBodies(
  tx: StoreTransaction,
  commit: CommitKey,
  decisions: readonly DecisionBody[],
  observedAt: string,
): Promise<DecisionBody[]> {
  const group = await tx.findMergeGroup(commit);
  if (group?.ended !== null) return [];
  const { headRef, baseRef, pullNumbers } = group;
  const numbers = pullNumbers.length > 0 ? pullNumbers : [numberInName(group) ?? 0];
  return numbers.map((number) => {
    const head = { number, baseRef };
    const body =
      decisions.find(({ pull }) => decidesOn(pull, head)) ?? undecidedOn(head, decisions, observedAt);
    return { ...body, group: { headRef } };
  });
}

/** A decision made for another base branch is none: the policy there may be stricter. */
const decidesOn = (pull: PullDecision["pull"], head: Head): boolean =>
  pull.number === head.number && pull.baseRef === head.baseRef;

function undecidedOn(
  { number, baseRef }: Head,
  decisions: readonly DecisionBody[],
  observedAt: string,
): DecisionBody {
  const earlier = decisions.find(({ pull }) => pull.number === number);
  return {
    controlled: true,
    pull: { number, title: earlier?.pull.title ?? "", baseRef },
    decision: undecided(earlier === undefined ? "not-judged-yet" : "retargeted", number, observedAt),
    declared: null,
  };
}

function unreadSiblings({ siblings, pullRequest, observedAt }: ChangeFacts): DecisionBody[] {
  if (siblings.known) return [];
  const { number, base } = pullRequest;
  const pull = { number, title: "", baseRef: base.ref };
  const decision = undecided("siblings-unknown", null, observedAt);
  return [{ controlled: true, pull, decision, declared: null }];
}

function contentOf(check: RenderedCheck): CheckContent {
  const { conclusion, title, summary, text, annotations, actions } = check;
  const content = { conclusion, title, summary, text, annotations, actions };
  return { ...content, digest: sha256Hex(canonicalJson(content)) };
}

const stored = z.object({
  controlled: z.boolean(),
  pull: z.object({
    number: z.number(),
    title: z.string(),
    baseRef: z.string(),
    url: z.string().exactOptional(),
  }),
  decision: z.unknown(),
  declared: z
    .object({ by: z.string(), until: z.string(), caseId: z.string(), issueUrl: z.string().nullable() })
    .nullable()
    .default(null),
});

function readBody({ body }: StoredDecision): DecisionBody {
  const { decision, ...rest } = stored.parse(body);
  return { ...rest, decision: readDecision(decision) };
}
