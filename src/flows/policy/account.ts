import { changeKeys } from "../../evidence/change-key.js";
import type { Installation } from "../../github/github.js";
import { resolvePolicy } from "../../policy/resolve.js";
import type { BranchKey, KnownBranch } from "../../store/ports/branch-store.js";
import type { Store, StoreTransaction } from "../../store/store.js";
import type { RepositoryRef } from "../../facts/facts.js";
import { lookAtGroups } from "../merge-group/look-at-groups.js";
import { branchLock } from "../watch/known.js";
import type { BranchLook } from "../watch/look.js";
import { readControlFilesAt } from "../watch/move/read-move.js";

/** The policy that a branch has at its tip. */
export interface TipPolicy {
  readonly commitOid: string;
  /** Of the repository's own file, as `PolicyIdentity` has it. */
  readonly digest: string;
}

/**
 * Reads the policy at the commit to which a look accounts for the branch. `null`: it is known already, or there is none to
 * read; what could not be read is read again by the next look, and until then the policy before it stays in force.
 *
 * @throws CountersignError a `github-*` code
 */
export async function readTipPolicy(
  installation: Installation,
  { subject: { repository }, attribution: { tip }, known, at: now }: BranchLook,
): Promise<TipPolicy | null> {
  if (tip === null || tip === known?.policyOid) return null;
  const files = await readControlFilesAt(installation, repository, tip, { movedAt: null, now });
  const { digest } = resolvePolicy(files, tip).identity;
  return digest === null ? null : { commitOid: tip, digest };
}

/** How far a branch's policy is accounted for. */
export type PolicyAccount = Pick<KnownBranch, "policyOid" | "policyAwaits">;
const NO_ACCOUNT: PolicyAccount = { policyOid: null, policyAwaits: [] };

/**
 * Puts the policy at a branch's tip in force, as its next revision, once all that can have brought it is on record: moves
 * are recorded in this very transaction, merges by jobs of their own, and one that went around its gates becomes a case
 * with its record. Then what waits for it is judged again. Call it with the branch's lock held.
 *
 * @param merges numbers of the pull requests whose commits the look found without a record
 */
export async function accountForPolicy(
  tx: StoreTransaction,
  look: BranchLook,
  current: KnownBranch | null,
  { policy, merges }: { readonly policy: TipPolicy | null; readonly merges: readonly number[] },
): Promise<PolicyAccount> {
  const { tenantId, repository, branch } = look.subject;
  const place = { tenantId, of: { repositoryId: repository.id, branch } };
  const found = merges.map((number) => changeKeys.pullRequest(repository.id, number));
  const { policyOid, policyAwaits: earlier } = current ?? NO_ACCOUNT;
  const policyAwaits = await unrecorded(tx, tenantId, [...earlier, ...found]);
  if (policy === null) return { policyOid, policyAwaits };
  const inForce = await tx.newestRevision(place, null);
  // Whatever came between has changed nothing of it.
  if (inForce?.digest === policy.digest) return { policyOid: policy.commitOid, policyAwaits: [] };
  if (policyAwaits.length > 0) return { policyOid, policyAwaits };
  const usedAt = look.at.toISOString();
  await tx.useRevision(place, { ...policy, revision: (inForce?.revision ?? 0) + 1, usedAt });
  // Where nothing was known of the branch and nothing told of it, nothing waits.
  if (current !== null || look.pushes.length > 0) await judgeAgain(tx, look);
  return { policyOid: policy.commitOid, policyAwaits: [] };
}

async function unrecorded(
  tx: StoreTransaction,
  tenantId: number,
  changes: readonly string[],
): Promise<string[]> {
  const open: string[] = [];
  for (const change of new Set(changes)) {
    if ((await tx.findRecord(tenantId, "merge", change)) === null) open.push(change);
  }
  return open;
}

async function judgeAgain(tx: StoreTransaction, { subject }: BranchLook): Promise<void> {
  const { tenantId, repository, branch } = subject;
  for (const { number } of await tx.openPullRequestsInto({ tenantId, repositoryId: repository.id, branch })) {
    await tx.enqueue({ task: "evaluate-pull-request", payload: { tenantId, repository, number } });
  }
  await lookAtGroups(tx, tenantId, repository, branch);
}

/** Has a policy wait no more for the record of a merge, as that was not into a controlled branch and gets none. */
export async function expectNoRecord(
  store: Pick<Store, "transaction">,
  key: BranchKey,
  repository: RepositoryRef,
  change: string,
): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.lock(branchLock(key));
    const known = await tx.findBranch(key.tenantId, key.repositoryId, key.branch);
    if (known?.policyAwaits.includes(change) !== true) return;
    await tx.saveBranch({ ...known, policyAwaits: known.policyAwaits.filter((one) => one !== change) });
    await tx.enqueue({
      task: "watch-branch",
      payload: { tenantId: key.tenantId, repository, branch: key.branch },
    });
  });
}

/**
 * Has a branch looked at whose policy waits for the record of a change, now that it is there.
 *
 * @param change its key
 */
export async function recorded(
  store: Pick<StoreTransaction, "findBranch" | "enqueue">,
  { tenantId, repositoryId, branch }: BranchKey,
  repository: RepositoryRef,
  change: string,
): Promise<void> {
  const known = await store.findBranch(tenantId, repositoryId, branch);
  if (known?.policyAwaits.includes(change) !== true) return;
  await store.enqueue({ task: "watch-branch", payload: { tenantId, repository, branch } });
}
