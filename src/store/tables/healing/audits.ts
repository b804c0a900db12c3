import { z } from "zod";
import type { Snapshot } from "../../../policy/drift/drift.js";
import type { LastAudit, LateDelivery, NewSnapshot } from "../../ports/audit-store.js";
import type { BranchKey } from "../../ports/branch-store.js";
import type { Queries } from "../../database.js";
import { toBigInt } from "../../numbers.js";
import type { ProtectionSnapshot as SnapshotRow } from "../../prisma/client.js";

const misses = z.array(
  z.object({
    rule: z.string(),
    subject: z.string(),
    reason: z.string(),
    message: z.string(),
    unknown: z.boolean(),
  }),
);

const keyOf = ({ tenantId, repositoryId, branch }: BranchKey) => ({
  tenantId: toBigInt(tenantId),
  repositoryId: toBigInt(repositoryId),
  branch,
});

/** When a branch was audited for the last time, and what it had then; `null`: never. */
export async function lastAudit(queries: Queries, branch: BranchKey): Promise<LastAudit | null> {
  const where = keyOf(branch);
  const audit = await queries.protectionAudit.findUnique({ where: { tenantId_repositoryId_branch: where } });
  const row = await queries.protectionSnapshot.findFirst({ where, orderBy: { sequence: "desc" } });
  if (audit === null || row === null) return null;
  return { auditedAt: audit.auditedAt, snapshot: toSnapshot(row), protection: row.protection };
}

export async function saveAudit(queries: Queries, branch: BranchKey, at: Date): Promise<void> {
  const key = keyOf(branch);
  await queries.$executeRaw`
    INSERT INTO protection_audits AS known (tenant_id, repository_id, branch, audited_at)
    VALUES (${key.tenantId}, ${key.repositoryId}, ${key.branch}, ${at}::timestamptz)
    ON CONFLICT (tenant_id, repository_id, branch) DO UPDATE SET audited_at = excluded.audited_at`;
}

/** Call it with the branch's lock held, which makes the next number its own. */
export async function addSnapshot(queries: Queries, branch: BranchKey, snapshot: NewSnapshot): Promise<void> {
  const key = keyOf(branch);
  await queries.$executeRaw`
    INSERT INTO protection_snapshots
      (tenant_id, repository_id, branch, sequence, unchanged_until, observed_at, digest, policy_digest, misses, protection)
    SELECT ${key.tenantId}, ${key.repositoryId}, ${key.branch}, coalesce(max(sequence) + 1, 0),
           ${snapshot.unchangedUntil}::timestamptz, ${snapshot.observedAt}::timestamptz, ${snapshot.digest},
           ${snapshot.policyDigest}, ${JSON.stringify(snapshot.misses)}::json, ${snapshot.protection}
      FROM protection_snapshots
     WHERE tenant_id = ${key.tenantId} AND repository_id = ${key.repositoryId} AND branch = ${key.branch}`;
}

/** What protected a branch, the oldest first. */
export async function snapshotsOf(queries: Queries, branch: BranchKey): Promise<Snapshot[]> {
  const rows = await queries.protectionSnapshot.findMany({
    where: keyOf(branch),
    orderBy: { sequence: "asc" },
  });
  return rows.map(toSnapshot);
}

/**
 * The numbers of open pull requests into a branch that were last judged when it asked something else. One that was never
 * judged is not among them: its first look is under way, and where that was lost a sweep finds it.
 */
export async function judgedByAnother(
  queries: Queries,
  branch: BranchKey,
  baseDigest: string,
): Promise<number[]> {
  const { tenantId, repositoryId, branch: baseRef } = keyOf(branch);
  const rows = await queries.pullRequest.findMany({
    where: {
      tenantId,
      repositoryId,
      baseRef,
      open: true,
      baseSeen: { not: baseDigest },
    },
    orderBy: { number: "asc" },
    select: { number: true },
  });
  return rows.map(({ number }) => number);
}

/** Notes when GitHub first tried to deliver webhooks that it is asked to deliver again; the earliest stays. */
export async function noteLateDeliveries(queries: Queries, late: readonly LateDelivery[]): Promise<void> {
  const guids = late.map(({ guid }) => guid);
  const instants = late.map(({ firstAttemptAt }) => firstAttemptAt.toISOString());
  await queries.$executeRaw`
    INSERT INTO late_deliveries (guid, first_attempt_at)
    SELECT guid, at::timestamptz FROM unnest(${guids}::text[], ${instants}::text[]) AS late (guid, at)
    ON CONFLICT (guid) DO NOTHING`;
}

/** When GitHub first tried to deliver a webhook, where it had to be asked to do so again, or `null`. */
export async function firstAttempt(queries: Queries, guid: string): Promise<Date | null> {
  const row = await queries.lateDelivery.findUnique({ where: { guid } });
  return row?.firstAttemptAt ?? null;
}

function toSnapshot(row: SnapshotRow): Snapshot {
  return {
    unchangedUntil: row.unchangedUntil?.toISOString() ?? null,
    observedAt: row.observedAt.toISOString(),
    digest: row.digest,
    policyDigest: row.policyDigest,
    misses: misses.parse(row.misses),
  };
}
