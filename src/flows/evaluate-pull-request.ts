import type { GatheredChange } from "../facts/gather.js";
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
import type { KnownPullRequest, NewDecision } from "../store/store.js";
import { findDeclared, settleDeclaration } from "./case/declaration.js";
import { installationOf, type FlowContext } from "./context.js";
import { type Hindrances, readHindrances } from "./emergencies.js";
import { lookAtGroups } from "./merge-group/look-at-groups.js";
import {
  baseOf,
  doubtsOf,
  gatherStanding,
  lookAgainAt,
  lookAtBase,
  type Standing,
  stillHolds,
} from "./policy/footing.js";
import { wantChecks, type DecisionBody } from "./want-checks.js";

/**
 * Looks at a pull request and decides. The decision, what its check runs should say, and the job that posts them are
 * stored in one transaction; nothing is posted here.
 */
export async function evaluatePullRequest(context: FlowContext, subject: PullRequestSubject): Promise<void> {
  const installation = await installationOf(context, subject.tenantId);
  if (installation === null) return;
  const change = await gatherStanding(context, installation, subject);
  await settleDeclaration(context, subject.tenantId, change.facts);
  if (change.facts.pullRequest.state !== "OPEN") {
    await storeEnd(context, subject.tenantId, change);
    return;
  }
  const { freezes, doubts } = await readHindrances(context, installation, subject.tenantId, change);
  const hindrances = { freezes, doubts: [...doubts, ...doubtsOf(change.standing)] };
  const declared = await findDeclared(context, subject.tenantId, change.facts);
  await storeDecision(context, subject.tenantId, { ...change, hindrances, declared });
}

/** A change, and what our own records add to it. */
interface Judged extends GatheredChange {
  readonly standing: Standing;
  readonly hindrances: Hindrances;
  readonly declared: DecisionBody["declared"];
}

async function storeDecision(context: FlowContext, tenantId: number, change: Judged): Promise<void> {
  const { facts } = change;
  const { repository, pullRequest } = facts;
  const decision = newDecision(tenantId, change);
  const payload = { tenantId, repository, number: pullRequest.number };
  const outcome = await context.store.transaction(async (tx) => {
    if (!(await stillHolds(tx, baseOf(tenantId, change), change.standing))) {
      await tx.enqueue({ task: "evaluate-pull-request", payload });
      return "overtaken";
    }
    // Pull requests with one head share its check runs: their decisions are joined one after the other.
    await tx.lock(`checks:${tenantId}:${repository.id}:${decision.headOid}`);
    await tx.notePullRequest({ ...knownPullRequest(tenantId, change), approved: isApproved(change) });
    const inserted = await tx.insertDecision(decision);
    if (inserted === "outdated") return inserted;
    await tx.noteSeen(seenBy(tenantId, facts));
    await wantChecks(tx, context, tenantId, facts);
    // Which groups it is in is only certain once each was looked at.
    if (inserted === "inserted") await lookAtGroups(tx, tenantId, repository, pullRequest.base.ref);
    if (change.standing.kind !== "accounted") await lookAtBase(tx, tenantId, change);
    const expiry = expiryOf(change, context.clock.now());
    if (expiry !== null) await tx.enqueue({ task: "expire-results", payload }, { runAt: expiry });
    return inserted;
  });
  context.logger.info(
    { pull: `${repository.owner}/${repository.name}#${pullRequest.number}`, outcome: decision.outcome },
    `Decision ${outcome}`,
  );
}

/** When time alone may change the verdict; `null`: never. */
function expiryOf({ facts, policy, standing }: Judged, now: Date): Date | null {
  return lookAgainAt(standing, now) ?? (policy.kind === "usable" ? expiresAt(facts, policy.policy) : null);
}

/** What this look saw: `sweep` and audits of the base branch compare it with what they see. */
const seenBy = (tenantId: number, facts: GatheredChange["facts"]): PullRequestSeen => ({
  tenantId,
  repositoryId: facts.repository.id,
  number: facts.pullRequest.number,
  at: new Date(facts.observedAt),
  headOid: facts.pullRequest.head.oid,
  state: stateDigest(stateOf(facts), facts.appId),
  base: baseDigest(facts.protection, facts.controlFiles),
});

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

/** Whoever brought a policy around the gates must not free the branch by it. */
export const isControlled = ({
  controlled,
  hindrances,
}: Pick<GatheredChange, "controlled"> & { readonly hindrances: Hindrances }): boolean =>
  controlled || hindrances.doubts.length > 0;

function newDecision(tenantId: number, change: Judged): NewDecision {
  const { facts, hindrances, declared } = change;
  const { number, title, base, head, url } = facts.pullRequest;
  const decision = judge(change, { ...NO_EMERGENCIES, ...hindrances });
  const pull = { number, title: title.toWellFormed(), baseRef: base.ref, url };
  const controlled = isControlled(change);
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
