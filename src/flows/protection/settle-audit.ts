import { concerns } from "../../policy/drift/concerns.js";
import { type Drift, driftOf, isSame, type Snapshot } from "../../policy/drift/drift.js";
import { sinceSeen } from "../../policy/drift/logged.js";
import type { Miss } from "../../policy/drift/standing.js";
import type { PolicySource } from "../../policy/resolve.js";
import type { LastAudit } from "../../store/ports/audit-store.js";
import type { BranchKey, ProtectionChange } from "../../store/ports/branch-store.js";
import type { BranchSubject } from "../../store/jobs.js";
import type { StoreTransaction } from "../../store/store.js";
import type { FlowContext } from "../context.js";
import { toTold } from "./around-merge.js";
import { storeDrift } from "./store-drift.js";

/** What one look at a branch's protection saw. */
export interface Audit {
  /** When it began to read. */
  readonly at: Date;
  /** The commit that the branch was at. */
  readonly tip: string;
  readonly repositoryUrl: string;
  readonly policy: PolicySource;
  /** What was read, as canonical JSON, and its digest. */
  readonly protection: string;
  readonly digest: string;
  readonly misses: readonly Miss[];
}

/** GitHub's answers may lag behind its webhooks: so long after one told of a change, an answer without it is not believed. */
const LAG_MS = 60_000;
const RETRY_MS = 30_000;

/**
 * Takes account of what an audit saw, in one transaction: the snapshot where it is another one, the record of what
 * drifted, who is to be told, and which merges have to be looked at again. Two that audit a branch at the same time find
 * one drift once: the one that began to read later counts.
 *
 * @param ask whether nothing is to be stored while nobody told of a change of protection: there is someone left to ask
 * @returns `untold` where that is so
 */
export async function settleAudit(
  context: FlowContext,
  subject: BranchSubject,
  audit: Audit,
  ask = false,
): Promise<"settled" | "untold"> {
  const key = { tenantId: subject.tenantId, repositoryId: subject.repository.id, branch: subject.branch };
  return await context.store.transaction(async (tx) => {
    await tx.lock(`audit:${key.tenantId}:${key.repositoryId}:${key.branch}`);
    const last = await tx.lastAudit(key);
    if (last !== null && last.auditedAt >= audit.at) return "settled";
    const told = await tx.unauditedChanges(key);
    const now = snapshotOf(audit, last);
    if (last !== null) {
      if (isSame(last.snapshot, now) && told.some((change) => isYoung(change, audit.at))) {
        await lookLater(tx, subject, audit.at);
        return "settled";
      }
      const drift = await compare(tx, key, { last, now, audit, told });
      if (ask && drift !== null && isUntold(drift)) return "untold";
      if (drift !== null)
        await storeDrift(context, tx, subject, { drift, before: last.snapshot, now, audit });
    }
    if (last === null || !isSame(last.snapshot, now)) {
      await tx.addSnapshot(key, { ...now, protection: audit.protection });
    }
    await account(tx, key, told, audit.at);
    return "settled";
  });
}

const snapshotOf = ({ at, digest, misses, policy }: Audit, last: LastAudit | null): Snapshot => ({
  unchangedUntil: last?.auditedAt.toISOString() ?? null,
  observedAt: at.toISOString(),
  digest,
  policyDigest: policy.identity.digest,
  misses,
});

const isYoung = ({ receivedAt, occurredAt }: ProtectionChange, now: Date): boolean =>
  now.getTime() - (occurredAt ?? receivedAt).getTime() < LAG_MS;

async function lookLater(tx: StoreTransaction, subject: BranchSubject, now: Date): Promise<void> {
  const runAt = new Date(now.getTime() + RETRY_MS);
  await tx.enqueue({ task: "audit-branch", payload: subject }, { runAt });
}

interface Compared {
  readonly last: LastAudit;
  readonly now: Snapshot;
  readonly audit: Audit;
  readonly told: readonly ProtectionChange[];
}

async function compare(
  tx: StoreTransaction,
  key: BranchKey,
  { last, now, audit, told }: Compared,
): Promise<Drift | null> {
  const [first] = told.length === 0 ? [] : await tx.snapshotsOf(key);
  const changes = told.filter((change) => concerns(change, [last.protection, audit.protection])).map(toTold);
  const concerning = sinceSeen(changes, first?.observedAt ?? last.snapshot.observedAt);
  return driftOf(last.snapshot, last.auditedAt.toISOString(), now, concerning);
}

const isUntold = ({ cause, changes }: Drift): boolean => cause === "protection" && changes.length === 0;

async function account(
  tx: StoreTransaction,
  key: BranchKey,
  told: readonly ProtectionChange[],
  at: Date,
): Promise<void> {
  await tx.noteAudited(
    key,
    told.map(({ guid }) => guid),
  );
  await tx.saveAudit(key, at);
}
