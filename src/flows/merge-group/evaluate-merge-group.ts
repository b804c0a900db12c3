import { sha256Hex } from "../../evidence/canonical.js";
import { numberInName } from "../../policy/merge-group/queue.js";
import type { UnknownReason } from "../../facts/facts.js";
import { decisionDigestInput } from "../../policy/decide.js";
import { unattributed } from "../../policy/merge-group/findings.js";
import { outcomeName } from "../../policy/rules/path-scope.js";
import type { CommitSubject } from "../../store/jobs.js";
import type { BranchKey } from "../../store/ports/branch-store.js";
import type { KnownMergeGroup } from "../../store/ports/merge-group-store.js";
import type { NewDecision, StoreTransaction } from "../../store/store.js";
import { type FlowContext, installationOf } from "../context.js";
import { stillHolds } from "../policy/footing.js";
import { wantJoined } from "../want-checks.js";
import { judgeMembers, type JudgedMember } from "./judge-members.js";
import { readGroup } from "./read-group.js";

/**
 * Looks at a merge group and decides on each pull request in it. Decisions, what the check runs of the group's head should
 * say, and the job that posts them are stored in one transaction; nothing is posted here. Of one that has ended, also
 * while it was looked at, nothing is stored.
 */
export async function evaluateMergeGroup(context: FlowContext, subject: CommitSubject): Promise<void> {
  const { store, logger } = context;
  const { tenantId, repository, oid } = subject;
  const group = await store.findMergeGroup({ tenantId, repositoryId: repository.id, oid });
  if (group?.ended !== null) return;
  const judged = await judgeGroup(context, group);
  if (judged === null) return;
  const at = { subject, branch: group.baseRef };
  const stored = await store.transaction((tx) => storeVerdicts(tx, context, at, judged));
  const outcomes = judged.map(({ body }) => `#${body.pull.number} ${body.decision.outcome}`);
  logger.info({ group: group.headRef, outcomes, stored }, "Merge group decided");
}

/** `null`: there is nothing to decide. */
async function judgeGroup(context: FlowContext, group: KnownMergeGroup): Promise<JudgedMember[] | null> {
  const installation = await installationOf(context, group.tenantId);
  if (installation === null) return null;
  const now = context.clock.now();
  const reading = await readGroup(installation, group, now);
  if (reading === null) return null;
  if (!reading.known) return [ofNobody(group, reading.reason, now.toISOString())];
  return judgeMembers(context, installation, group, reading.value);
}

/** Shown under the number that the group's branch bears, as nothing better is known. */
function ofNobody(group: KnownMergeGroup, reason: UnknownReason, observedAt: string): JudgedMember {
  const pull = { number: numberInName(group) ?? 0, title: "", baseRef: group.baseRef };
  const decision = unattributed(reason, observedAt);
  return {
    body: { controlled: true, pull, decision, declared: null },
    observedAt,
    expiry: null,
    standing: null,
  };
}

async function storeVerdicts(
  tx: StoreTransaction,
  context: FlowContext,
  { subject, branch }: { readonly subject: CommitSubject; readonly branch: string },
  judged: readonly JudgedMember[],
): Promise<boolean> {
  const { tenantId, repository, oid } = subject;
  const commit = { tenantId, repositoryId: repository.id, oid };
  if (!(await allHold(tx, { tenantId, repositoryId: repository.id, branch }, judged))) {
    await tx.enqueue({ task: "evaluate-merge-group", payload: subject });
    return false;
  }
  await tx.lock(`checks:${tenantId}:${repository.id}:${oid}`);
  const group = await tx.findMergeGroup(commit);
  if (group?.ended !== null) return false;
  for (const member of judged) await tx.insertDecision(decisionOf(group, member));
  await tx.nameMergeGroup(
    commit,
    judged.map(({ body }) => body.pull.number),
  );
  const heads = await tx.openPullRequestsAt(commit);
  await wantJoined(tx, context, subject, { heads, more: [], observedAt: judged[0]?.observedAt ?? "" });
  const [expiry] = judged.flatMap((member) => member.expiry ?? []).sort((a, b) => a.getTime() - b.getTime());
  if (expiry !== undefined)
    await tx.enqueue({ task: "expire-merge-group", payload: subject }, { runAt: expiry });
  return true;
}

/** Whether the policy of the queue's branch is worth as much as when each of them was judged. */
async function allHold(
  tx: StoreTransaction,
  key: BranchKey,
  judged: readonly JudgedMember[],
): Promise<boolean> {
  for (const { standing, body } of judged) {
    if (standing === null || body.pull.baseRef !== key.branch) continue;
    if (!(await stillHolds(tx, key, standing))) return false;
  }
  return true;
}

/** Found by the group's head, where a pull request's own is found by its own. */
function decisionOf(group: KnownMergeGroup, { body, observedAt }: JudgedMember): NewDecision {
  const { controlled, pull, declared, decision } = body;
  const said = JSON.stringify({ group: group.headRef, controlled, pull, declared });
  return {
    tenantId: group.tenantId,
    repository: group.repository,
    pullNumber: pull.number,
    baseRef: group.baseRef,
    headOid: group.headOid,
    outcome: controlled ? outcomeName(decision) : "not-controlled",
    policyDigest: decision.policy.digest,
    observedAt: new Date(observedAt),
    body,
    digest: sha256Hex([said, decisionDigestInput(decision)].join("\n")),
  };
}
