import { gather, type GatheredChange } from "../facts/gather.js";
import { sha256Hex } from "../evidence/canonical.js";
import { type Emergencies, NO_EMERGENCIES } from "../policy/emergencies.js";
import { decide, decisionDigestInput } from "../policy/decide.js";
import { evaluate } from "../policy/evaluate.js";
import { outcomeName } from "../policy/rules/path-scope.js";
import { expiresAt } from "../policy/verdict/expiry.js";
import { type Decision, enforced } from "../policy/finding.js";
import { baseDigest, stateDigest, stateOf } from "../policy/verdict/seen.js";
import type { PullRequestSubject } from "../store/jobs.js";
import type { PullRequestSeen } from "../store/ports/healing-store.js";
import type { KnownPullRequest, NewDecision, StoreTransaction } from "../store/store.js";
import { findDeclared, settleDeclaration } from "./case/declaration.js";
import { gatherPorts, installationOf, type FlowContext } from "./context.js";
import { type Hindrances, readHindrances } from "./emergencies.js";
import { wantChecks, type DecisionBody } from "./want-checks.js";

/**
 * Looks at a pull request and decides. The decision, what its check runs should say, and the job that posts them are
 * stored in one transaction; nothing is posted here.
 */
export async function evaluatePullRequest(context: FlowContext, subject: PullRequestSubject): Promise<void> {
  const installation = await installationOf(context, subject.tenantId);
  if (installation === null) return;
  const change = await gather(subject, gatherPorts(context, installation, subject.tenantId));
  await settleDeclaration(context, subject.tenantId, change.facts);
  if (change.facts.pullRequest.state !== "OPEN") {
    await storeEnd(context, subject.tenantId, change);
    return;
  }
  const hindrances = await readHindrances(context, installation, subject.tenantId, change);
  const declared = await findDeclared(context, subject.tenantId, change.facts);
  await storeDecision(context, subject.tenantId, { ...change, hindrances, declared });
}

/** A change, and what our own records add to it. */
interface Judged extends GatheredChange {
  readonly hindrances: Hindrances;
  readonly declared: DecisionBody["declared"];
}

async function storeDecision(context: FlowContext, tenantId: number, change: Judged): Promise<void> {
  const { facts, policy } = change;
  const { repository, pullRequest } = facts;
  const decision = newDecision(tenantId, change);
  const outcome = await context.store.transaction(async (tx) => {
    // Pull requests with one head share its check runs: their decisions are joined one after the other.
    await tx.lock(`checks:${tenantId}:${repository.id}:${decision.headOid}`);
    await tx.notePullRequest({ ...knownPullRequest(tenantId, change), approved: isApproved(change) });
    const inserted = await tx.insertDecision(decision);
    if (inserted === "outdated") return inserted;
    await tx.noteSeen(seenBy(tenantId, facts));
    await wantChecks(tx, context, tenantId, facts);
    if (inserted === "inserted") await lookAtGroups(tx, tenantId, facts);
    const expiry = policy.kind === "usable" ? expiresAt(facts, policy.policy) : null;
    const payload = { tenantId, repository, number: pullRequest.number };
    if (expiry !== null) await tx.enqueue({ task: "expire-results", payload }, { runAt: expiry });
    return inserted;
  });
  context.logger.info(
    { pull: `${repository.owner}/${repository.name}#${pullRequest.number}`, outcome: decision.outcome },
    `Decision ${outcome}`,
  );
}

/** What this look saw: `sweep` and audits of the base branch compare it with what they see. */
const seenBy = (tenantId: number, facts: GatheredChange["facts"]): PullRequestSeen => ({
  tenantId,
  repositoryId: facts.repository.id,
  number: facts.pullRequest.number,
  at: new Date(facts.observedAt),
  state: stateDigest(stateOf(facts), facts.appId),
  base: baseDigest(facts.protection, facts.controlFiles),
});

/**
 * What changes the verdict on a pull request changes that on the merge groups that it is in, and which these are is only
 * certain once each was looked at.
 */
async function lookAtGroups(
  tx: StoreTransaction,
  tenantId: number,
  { repository, pullRequest }: GatheredChange["facts"],
): Promise<void> {
  for (const { headOid: oid } of await tx.openMergeGroups(tenantId, repository.id, pullRequest.base.ref)) {
    await tx.enqueue({ task: "evaluate-merge-group", payload: { tenantId, repository, oid } });
  }
}

/**
 * A closed pull request has no verdict (a merged one is the record's business). If we took it for open until now, those
 * that shared its head are looked at without it, and a merge that no webhook told of gets its record.
 */
async function storeEnd({ store }: FlowContext, tenantId: number, change: GatheredChange): Promise<void> {
  const { repository, pullRequest } = change.facts;
  const commit = { tenantId, repositoryId: repository.id, oid: pullRequest.head.oid };
  await store.transaction(async (tx) => {
    const wasOpen = await tx.notePullRequest(knownPullRequest(tenantId, change));
    if (wasOpen && pullRequest.state === "MERGED") {
      const payload = { tenantId, repository, number: pullRequest.number };
      await tx.enqueue({ task: "record-merge", payload });
    }
    for (const { number } of wasOpen ? await tx.openPullRequestsAt(commit) : []) {
      await tx.enqueue({ task: "evaluate-pull-request", payload: { tenantId, repository, number } });
    }
  });
}

function knownPullRequest(
  tenantId: number,
  { facts: { repository, pullRequest } }: GatheredChange,
): KnownPullRequest {
  const { number, head, base, state, updatedAt } = pullRequest;
  return {
    tenantId,
    repository,
    number,
    headOid: head.oid,
    baseRef: base.ref,
    open: state === "OPEN",
    // By GitHub's clock, as what webhooks tell of it: by ours, which may be ahead, news of a retargeting would come too late.
    asOf: new Date(updatedAt),
  };
}

/** Whether somebody now only waits for the rest: what is read and judged of it goes before others from here on. */
const isApproved = ({ facts: { reviews, pullRequest } }: GatheredChange): boolean =>
  !pullRequest.draft &&
  reviews.known &&
  reviews.value.some(({ state, commitOid }) => state === "APPROVED" && commitOid === pullRequest.head.oid);

/**
 * The four gates and what they make together. While an emergency stands against the branch its policy does not merely
 * observe: that may be the very thing that came around the gates.
 */
export function judge(
  { facts, policy, verdicts, trustProblems }: GatheredChange,
  emergencies: Emergencies,
): Decision {
  const urgent = emergencies.doubts.length + emergencies.freezes.length > 0;
  const identity = urgent ? enforced(policy.identity) : policy.identity;
  return decide(evaluate(facts, policy, verdicts, trustProblems, emergencies), identity, facts.observedAt);
}

function newDecision(tenantId: number, change: Judged): NewDecision {
  const { facts, controlled, hindrances, declared } = change;
  const { number, title, base, head, url } = facts.pullRequest;
  const decision = judge(change, { ...NO_EMERGENCIES, ...hindrances });
  const pull = { number, title: title.toWellFormed(), baseRef: base.ref, url };
  const body: DecisionBody = { controlled, pull, decision, declared };
  return {
    tenantId,
    repository: facts.repository,
    pullNumber: number,
    baseRef: base.ref,
    headOid: head.oid,
    outcome: controlled ? outcomeName(decision) : "not-controlled",
    policyDigest: decision.policy.digest,
    observedAt: new Date(facts.observedAt),
    body,
    // All of this stands on the check, so a change of any of it is a change of what is wanted.
    digest: sha256Hex(
      [JSON.stringify({ controlled, pull, declared }), decisionDigestInput(decision)].join("\n"),
    ),
  };
}
