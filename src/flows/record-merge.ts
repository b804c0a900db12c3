import { CountersignError } from "../errors.js";
import { changeKeys } from "../evidence/change-key.js";
import { mergeRecord, type EarlierVerdict } from "../evidence/merge-record.js";
import { gather, type GatheredChange } from "../facts/gather.js";
import type { RepositoryRef } from "../facts/facts.js";
import type { PullRequestSubject } from "../store/jobs.js";
import { NO_EMERGENCIES } from "../policy/emergencies.js";
import type { Decision } from "../policy/finding.js";
import { withFindings } from "../policy/merge-group/member-decision.js";
import { isOutside } from "../policy/rules/path-scope.js";
import type { NewRecord, StoreTransaction } from "../store/store.js";
import type { Installation } from "../github/github.js";
import { gatherPorts, installationOf, type FlowContext } from "./context.js";
import { landCase } from "./case/land.js";
import { landedMerge } from "./case/landed-merge.js";
import { readHindrances } from "./emergencies.js";
import { judge } from "./evaluate-pull-request.js";
import { asEmergencies, readAround } from "./protection/around-merge.js";
import { expectNoRecord, recorded } from "./policy/account.js";
import { baseOf } from "./policy/footing.js";
import { groupFindings } from "./merge-group/landed-group.js";

/** GitHub's activity log may lag behind a merge; for this long a gap in it is taken for lag. */
const LAG_MS = 10 * 60_000;
const LAG_RETRY_MS = 30_000;
const EARLIER_RETRY_MS = 5_000;
/** How far our clock may be ahead of GitHub's. */
const CLOCKS_APART_MS = 10 * 60_000;
const INACTIVE_RETRY_MS = 60 * 60_000;

/**
 * Writes the one record of a merged pull request, with the facts gathered again as they were when it was merged. It
 * may run any number of times: the first record stands.
 */
export async function recordMerge(context: FlowContext, subject: PullRequestSubject): Promise<void> {
  const { store, clock, logger } = context;
  const { tenantId, repository, number } = subject;
  const earlier = await store.findMergeRecord(tenantId, repository.id, number);
  if (earlier !== null) {
    const { branch, changeKey } = earlier;
    await recorded(store, { tenantId, repositoryId: repository.id, branch }, repository, changeKey);
    return;
  }
  const installation = await installationOf(context, tenantId);
  if (installation === null) throw inactive(repository, clock.now());
  const change = await gather(subject, gatherPorts(context, installation, tenantId));
  awaitMerge(change, clock.now());
  await awaitEarlier(context, tenantId, change);
  if (!change.controlled && !(await wasControlled(store, tenantId, change))) {
    const key = changeKeys.pullRequest(repository.id, number);
    await expectNoRecord(store, baseOf(tenantId, change), change.facts.repository, key);
    return;
  }
  const judged = await judgeMerge(context, installation, tenantId, change);
  const record = newRecord(tenantId, change, judged);
  const outcome = await store.transaction((tx) => storeMerge(tx, context, change, judged.decision, record));
  logger.info(
    { pull: `${repository.owner}/${repository.name}#${number}`, bypass: record.bypass },
    `Merge record ${outcome}`,
  );
}

/** A merge must be recorded, so the job waits until the app may look again. */
export function inactive({ owner, name }: RepositoryRef, now: Date): CountersignError {
  return new CountersignError(
    "installation-inactive",
    `The app is not active on ${owner}, so ${owner}/${name} waits.`,
    {
      remedy: "Unsuspend the app in the organization's settings, or install it again.",
      retryAt: new Date(now.getTime() + INACTIVE_RETRY_MS),
    },
  );
}

/** A branch that was controlled when it was judged does not escape its record by being freed before the merge. */
async function wasControlled(
  store: FlowContext["store"],
  tenantId: number,
  { facts: { repository, pullRequest } }: GatheredChange,
): Promise<boolean> {
  const decisions = await store.latestDecisions({
    tenantId,
    repositoryId: repository.id,
    oid: pullRequest.head.oid,
  });
  return decisions.some(
    ({ pullNumber, outcome }) => pullNumber === pullRequest.number && outcome !== "not-controlled",
  );
}

/** Puts the job off while GitHub does not yet tell all of what it told us by webhook. */
function awaitMerge({ facts: { pullRequest, scope } }: GatheredChange, now: Date): void {
  const { merge, number } = pullRequest;
  if (merge === null) {
    throw new CountersignError("github-unavailable", `GitHub does not show #${number} as merged yet.`);
  }
  const young = now.getTime() - Date.parse(merge.mergedAt) < LAG_MS;
  const mayCome = [
    merge.landing,
    ...(scope?.known === false && scope.reason.code === "not-found" ? [scope] : []),
  ];
  for (const fact of young ? mayCome : []) {
    if (fact.known) continue;
    throw new CountersignError("github-unavailable", fact.reason.message, {
      retryAt: new Date(now.getTime() + LAG_RETRY_MS),
    });
  }
}

/**
 * Puts the job off while what moved the branch before the merge is not accounted for, be it a push or another merge: it may
 * have brought the very policy by which the merge would be judged, and its case is what puts that in doubt.
 */
async function awaitEarlier(
  { store, clock }: FlowContext,
  tenantId: number,
  change: GatheredChange,
): Promise<void> {
  const { repository, pullRequest } = change.facts;
  const mergedAt = Date.parse(pullRequest.merge?.mergedAt ?? "");
  const now = clock.now().getTime();
  if (now - mergedAt >= LAG_MS) return;
  const pushes = await store.unsettledPushes(tenantId, repository.id, pullRequest.base.ref);
  const pushed = pushes.some(({ pushedAt }) => pushedAt.getTime() < mergedAt);
  if (!pushed && !(await landedOnUnrecorded(store, tenantId, change))) return;
  throw new CountersignError(
    "github-unavailable",
    "An earlier change of the branch is accounted for first.",
    {
      retryAt: new Date(now + EARLIER_RETRY_MS),
    },
  );
}

/** Whether it landed on a merge for whose record the branch's policy waits. */
async function landedOnUnrecorded(
  store: FlowContext["store"],
  tenantId: number,
  change: GatheredChange,
): Promise<boolean> {
  const { merge } = change.facts.pullRequest;
  if (merge?.landing.known !== true) return false;
  const key = baseOf(tenantId, change);
  const branch = await store.findBranch(key.tenantId, key.repositoryId, key.branch);
  if (branch === null || branch.policyAwaits.length === 0) return false;
  const below = await store.coveringChange(key, merge.landing.value.before);
  if (below === null || !branch.policyAwaits.includes(below)) return false;
  return (await store.findRecord(tenantId, "merge", below)) === null;
}

interface JudgedMerge {
  readonly decision: Decision;
  /** `null`: the change was merged before any verdict on it. */
  readonly before: EarlierVerdict | null;
}

/**
 * Judges a merge as of its time. What protection was at that instant GitHub does not tell; changed since the verdict
 * that let it in, it may have been off, and on again when we look; or an audit saw it off meanwhile.
 */
async function judgeMerge(
  context: FlowContext,
  installation: Installation,
  tenantId: number,
  change: GatheredChange,
): Promise<JudgedMerge> {
  const { facts } = change;
  const { merge, number } = facts.pullRequest;
  if (merge === null) throw new CountersignError("invariant-broken", `#${number} is not merged.`);
  const before = await earlierVerdict(context, tenantId, change, merge.mergedAt);
  const key = { tenantId, repositoryId: facts.repository.id, branch: facts.pullRequest.base.ref };
  const around = await readAround(context.store, key, {
    verdictAt: before?.confirmedAt ?? null,
    landedAt: merge.mergedAt,
    observedAt: facts.observedAt,
  });
  const { doubts } = await readHindrances(context, installation, tenantId, change);
  const decision = judge(change, { ...NO_EMERGENCIES, doubts, ...asEmergencies(around) });
  // What is outside needed no group to pass either.
  if (isOutside(decision)) return { decision, before };
  return { decision: withFindings(decision, await groupFindings(context, tenantId, change)), before };
}

function newRecord(tenantId: number, change: GatheredChange, judged: JudgedMerge): NewRecord {
  const { facts, verdicts, trustDigest } = change;
  const { merge, number, base, head } = facts.pullRequest;
  if (merge === null) throw new CountersignError("invariant-broken", `#${number} is not merged.`);
  const { decision, before } = judged;
  const outside = isOutside(decision);
  const record = mergeRecord({ facts, decision, verdicts, trustDigest, outside, before });
  return {
    tenantId,
    kind: "merge",
    ...record,
    repository: facts.repository,
    branch: base.ref,
    pullNumber: number,
    headOid: head.oid,
    commitOid: merge.commitOid,
    policyDigest: decision.policy.digest,
    controls: decision.controls,
    occurredAt: new Date(merge.mergedAt),
    observedAt: new Date(facts.observedAt),
  };
}

/** The record, the commit that it covers, and the case where the gates had not passed: all of it or nothing. */
async function storeMerge(
  tx: StoreTransaction,
  context: FlowContext,
  change: GatheredChange,
  decision: Decision,
  record: NewRecord,
): Promise<"appended" | "exists"> {
  const { tenantId, repository, branch, changeKey, commitOid } = record;
  const outcome = await tx.appendRecord(record);
  const key = { tenantId, repositoryId: repository.id, branch };
  await recorded(tx, key, repository, changeKey);
  if (outcome === "exists") return outcome;
  await tx.cover(key, [commitOid], changeKey);
  if (record.bypass) {
    await landCase(tx, landedMerge(context, change, decision, record));
  } else {
    const declared = await tx.findCaseOfChange(tenantId, changeKey);
    if (declared !== null)
      await tx.enqueue({ task: "follow-case", payload: { tenantId, caseId: declared.id } });
  }
  // It may be the revert that a case waits for, or bring the policy that says who can end it.
  for (const { id } of await tx.openCases(tenantId, repository.id, branch)) {
    await tx.enqueue({ task: "follow-case", payload: { tenantId, caseId: id } });
  }
  return outcome;
}

async function earlierVerdict(
  { store }: FlowContext,
  tenantId: number,
  { facts: { repository, pullRequest } }: GatheredChange,
  mergedAt: string,
): Promise<EarlierVerdict | null> {
  const commit = { tenantId, repositoryId: repository.id, oid: pullRequest.head.oid };
  // Verdicts are dated by our clock, which may be ahead. Of a pull request that is merged there are none any more.
  const latest = new Date(Date.parse(mergedAt) + CLOCKS_APART_MS);
  const decision = await store.decisionAsOf(commit, pullRequest.number, latest);
  if (decision === null) return null;
  const { outcome, observedAt, digest } = decision;
  const lookedAt = await store.lastLookAt(commit, pullRequest.number);
  // An answer of GitHub's that is an old one can show it as open after it landed: what was seen then let nothing in.
  const isConfirmed =
    lookedAt !== null && lookedAt > observedAt && lookedAt.getTime() <= Date.parse(mergedAt);
  const confirmedAt = isConfirmed ? lookedAt : observedAt;
  return { outcome, observedAt: observedAt.toISOString(), confirmedAt: confirmedAt.toISOString(), digest };
}
