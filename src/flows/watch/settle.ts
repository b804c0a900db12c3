import type { PullRequestChange } from "../../breakglass/detect/look.js";
import { changeKeys } from "../../evidence/change-key.js";
import { baselineRecord } from "../../evidence/push-record.js";
import type { BranchKey, KnownBranch } from "../../store/ports/branch-store.js";
import type { NewRecord, StoreTransaction } from "../../store/store.js";
import { landCase } from "../case/land.js";
import type { FlowContext } from "../context.js";
import { accountForPolicy, type PolicyAccount, type TipPolicy } from "../policy/account.js";
import type { JudgedMove } from "./move/judge-move.js";
import { landedMove } from "./move/landed-move.js";
import { branchLock, isSame } from "./known.js";
import { type BranchLook, sinceOf } from "./look.js";

/** What one look found, in the order in which it happened. */
export type Found = PullRequestChange | JudgedMove;

const keyOf = ({ subject: { tenantId, repository, branch } }: BranchLook): BranchKey => ({
  tenantId,
  repositoryId: repository.id,
  branch,
});

/**
 * Stores what a look found, in one transaction: each move's record and case, who covers which commit, how far the
 * branch and its policy are accounted for, and which pushes need no more. False, with nothing stored, if the branch was accounted for
 * by someone else meanwhile: then it has to be looked at again.
 */
export async function settle(
  context: FlowContext,
  look: BranchLook,
  found: readonly Found[],
  policy: TipPolicy | null,
): Promise<boolean> {
  const key = keyOf(look);
  return context.store.transaction(async (tx) => {
    await tx.lock(branchLock(key));
    const current = await tx.findBranch(key.tenantId, key.repositoryId, key.branch);
    if (!isSame(current, look.known) || (await isOvertaken(tx, key, found))) return false;
    await storeBaseline(tx, look);
    for (const one of found) {
      if ("record" in one) await storeMove(tx, context, look, one);
      else await storePull(tx, look, one);
    }
    const merges = found.flatMap((one) => ("record" in one ? [] : [one.number]));
    const account = await accountForPolicy(tx, look, current, { policy, merges });
    await tx.saveBranch({ ...accounted(look), ...account });
    await tx.settlePushes(key.tenantId, guidsOf(look), context.clock.now());
    return true;
  });
}

/** Forgets the pushes to a branch that is not controlled. */
export async function dismiss({ store, clock }: FlowContext, { subject, pushes }: BranchLook): Promise<void> {
  if (pushes.length === 0) return;
  const guids = pushes.map(({ guid }) => guid);
  await store.transaction((tx) => tx.settlePushes(subject.tenantId, guids, clock.now()));
}

/** A merge's own record may have come meanwhile, for commits that seemed to be nobody's. */
async function isOvertaken(tx: StoreTransaction, key: BranchKey, found: readonly Found[]): Promise<boolean> {
  const oids = found.flatMap((one) => ("record" in one ? one.change.oids : []));
  return (await tx.coveredOids(key, oids)).size > 0;
}

async function storeBaseline(
  tx: StoreTransaction,
  { subject: { tenantId, repository, branch }, attribution: { baseline: oid }, at }: BranchLook,
): Promise<void> {
  if (oid === null) return;
  await tx.appendRecord({
    tenantId,
    kind: "baseline",
    ...baselineRecord({ repository, branch, oid, at: at.toISOString() }),
    repository,
    branch,
    pullNumber: null,
    headOid: oid,
    commitOid: oid,
    policyDigest: null,
    occurredAt: at,
    observedAt: at,
  });
}

/** A merge is recorded by its own job, with the facts of its pull request. */
async function storePull(
  tx: StoreTransaction,
  look: BranchLook,
  { number, oids }: PullRequestChange,
): Promise<void> {
  const { tenantId, repository } = look.subject;
  await tx.cover(keyOf(look), oids, changeKeys.pullRequest(repository.id, number));
  await tx.enqueue({ task: "record-merge", payload: { tenantId, repository, number } });
}

async function storeMove(
  tx: StoreTransaction,
  context: FlowContext,
  look: BranchLook,
  move: JudgedMove,
): Promise<void> {
  const { repository, branch } = look.subject;
  const record = await underOwnKey(tx, move, recordOf(look, move));
  const outcome = await tx.appendRecord(record);
  await tx.cover(keyOf(look), move.change.oids, record.changeKey);
  const where = `${repository.owner}/${repository.name} ${branch}`;
  const { form, readTo } = move.change;
  context.logger.info({ branch: where, form, bypass: record.bypass }, `Push record ${outcome}`);
  if (readTo !== null) {
    context.logger.warn(
      { branch: where, readTo },
      "More commits came than are read: those below have no record",
    );
  }
  if (outcome === "exists") return;
  await followOpenCases(tx, keyOf(look));
  if (!record.bypass) return;
  const landed = landedMove(context, look, move, record);
  if (landed !== null) await landCase(tx, landed);
}

/**
 * A branch can be forced the same way twice. One look accounts for a move once, under the branch's lock, so a key that is
 * taken is that of an earlier one. Forward moves cannot repeat: their commits would be covered.
 */
async function underOwnKey(
  tx: StoreTransaction,
  { change: { form } }: JudgedMove,
  record: NewRecord,
): Promise<NewRecord> {
  const { tenantId, kind, changeKey: first } = record;
  if (form === "push" || form === "compared") return record;
  let changeKey = first;
  for (let time = 2; (await tx.findRecord(tenantId, kind, changeKey)) !== null; time += 1) {
    changeKey = `${first}~${time}`;
  }
  return { ...record, changeKey };
}

/** It may be the revert that a case waits for, or undo one. */
async function followOpenCases(
  tx: StoreTransaction,
  { tenantId, repositoryId, branch }: BranchKey,
): Promise<void> {
  for (const { id: caseId } of await tx.openCases(tenantId, repositoryId, branch)) {
    await tx.enqueue({ task: "follow-case", payload: { tenantId, caseId } });
  }
}

function recordOf(
  { subject, at }: BranchLook,
  { change, before, facts, decision, record }: JudgedMove,
): NewRecord {
  const { tenantId, repository, branch } = subject;
  const oid = change.after ?? before;
  return {
    tenantId,
    kind: "push",
    ...record,
    repository,
    branch,
    pullNumber: null,
    headOid: oid,
    commitOid: oid,
    policyDigest: decision.policy.digest,
    occurredAt: new Date(facts.landedAt),
    observedAt: at,
  };
}

/** As of the instant before reading began: what happened later may not have been seen. */
function accounted(look: BranchLook): Omit<KnownBranch, keyof PolicyAccount> {
  const { tip, lastTip } = look.attribution;
  return { ...keyOf(look), tip, lastTip, since: sinceOf(look), accountedAt: look.at };
}

const guidsOf = ({ attribution: { changes, settled } }: BranchLook): string[] => [
  ...settled,
  ...changes.flatMap((change) => (change.kind === "move" ? change.guids : [])),
];
