import { gather, type GatheredChange } from "../facts/gather.js";
import { sha256Hex } from "../evidence/canonical.js";
import { decide, decisionDigestInput } from "../policy/decide.js";
import { evaluate } from "../policy/evaluate.js";
import type { Decision } from "../policy/finding.js";
import type { PullRequestSubject } from "../store/jobs.js";
import type { NewDecision } from "../store/store.js";
import { installationOf, type FlowContext } from "./context.js";
import { wantChecks, type DecisionBody } from "./want-checks.js";

/**
 * Looks at a pull request and decides. The decision, what its check runs should say, and the job that posts them are
 * stored in one transaction; nothing is posted here.
 */
export async function evaluatePullRequest(context: FlowContext, subject: PullRequestSubject): Promise<void> {
  const installation = await installationOf(context, subject.tenantId);
  if (installation === null) return;
  const change = await gather(subject, {
    source: installation.facts,
    clock: context.clock,
    findPusher: (tip) => context.store.findPusher(subject.tenantId, tip),
  });
  // A merged one is the record's business; what is closed has no verdict.
  if (change.facts.pullRequest.state !== "OPEN") return;
  const decision = newDecision(subject.tenantId, change);
  const outcome = await context.store.transaction(async (tx) => {
    // Two pull requests with one head share its check runs: their decisions are joined one after the other.
    await tx.lock(`checks:${subject.tenantId}:${change.facts.repository.id}:${decision.headOid}`);
    const inserted = await tx.insertDecision(decision);
    await wantChecks(tx, subject.tenantId, change.facts);
    return inserted;
  });
  const { owner, name } = change.facts.repository;
  context.logger.info(
    { pull: `${owner}/${name}#${subject.number}`, outcome: decision.outcome },
    `Decision ${outcome}`,
  );
}

/** The four gates and what they make together. */
export function judge({ facts, policy, verdicts, trustProblems }: GatheredChange): Decision {
  return decide(evaluate(facts, policy, verdicts, trustProblems), policy.identity, facts.observedAt);
}

function newDecision(tenantId: number, change: GatheredChange): NewDecision {
  const { facts, controlled } = change;
  const { number, title, base, head } = facts.pullRequest;
  const decision = judge(change);
  const pull = { number, title: title.toWellFormed(), baseRef: base.ref };
  const body: DecisionBody = { controlled, pull, decision };
  return {
    tenantId,
    repository: facts.repository,
    pullNumber: number,
    baseRef: base.ref,
    headOid: head.oid,
    outcome: controlled ? decision.outcome : "not-controlled",
    policyDigest: decision.policy.digest,
    observedAt: new Date(facts.observedAt),
    body,
    // Base and title stand on the check, so a change of either is a change of what is wanted.
    digest: sha256Hex([JSON.stringify({ controlled, pull }), decisionDigestInput(decision)].join("\n")),
  };
}
