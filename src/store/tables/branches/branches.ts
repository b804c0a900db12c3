import type { BranchKey, KnownBranch } from "../../ports/branch-store.js";
import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { Branch as BranchRow } from "../../prisma/client.js";

export async function findBranch(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
  branch: string,
): Promise<KnownBranch | null> {
  const row = await queries.branch.findUnique({
    where: { tenantId_repositoryId_branch: columnsOf({ tenantId, repositoryId, branch }) },
  });
  return row && toKnown(row);
}

/** The branches of a repository that we account for, by name. */
export async function listBranches(
  queries: Queries,
  tenantId: number,
  repositoryId: number,
): Promise<KnownBranch[]> {
  const rows = await queries.branch.findMany({
    where: { tenantId: toBigInt(tenantId), repositoryId: toBigInt(repositoryId) },
    orderBy: { branch: "asc" },
  });
  return rows.map(toKnown);
}

/** Writes where a branch stands. Call it with the branch's lock held: the last to write is right. */
export async function saveBranch(queries: Queries, known: KnownBranch): Promise<void> {
  const key = columnsOf(known);
  await queries.$executeRaw`
    INSERT INTO branches
      (tenant_id, repository_id, branch, tip, last_tip, since, accounted_at, policy_oid, policy_awaits)
    VALUES (${key.tenantId}, ${key.repositoryId}, ${key.branch}, ${known.tip}, ${known.lastTip}, ${known.since},
            ${known.accountedAt}::timestamptz, ${known.policyOid}, ${[...known.policyAwaits]}::text[])
    ON CONFLICT (tenant_id, repository_id, branch) DO UPDATE
      SET tip = excluded.tip, last_tip = excluded.last_tip, since = excluded.since,
          accounted_at = excluded.accounted_at, policy_oid = excluded.policy_oid,
          policy_awaits = excluded.policy_awaits`;
}

/** Notes that these commits of a branch are covered by the record of this change; the first to cover stays. */
export async function cover(
  queries: Queries,
  branch: BranchKey,
  oids: readonly string[],
  changeKey: string,
): Promise<void> {
  const key = columnsOf(branch);
  await queries.$executeRaw`
    INSERT INTO covered_commits (tenant_id, repository_id, branch, oid, change_key)
    SELECT ${key.tenantId}, ${key.repositoryId}, ${key.branch}, oid, ${changeKey}
      FROM unnest(${[...oids]}::text[]) AS oid
    ON CONFLICT (tenant_id, repository_id, branch, oid) DO NOTHING`;
}

/** Those of `oids` that have a record on this branch. */
export async function coveredOids(
  queries: Queries,
  branch: BranchKey,
  oids: readonly string[],
): Promise<ReadonlySet<string>> {
  const key = columnsOf(branch);
  const rows = await queries.$queryRaw<{ oid: string }[]>`
    SELECT oid FROM covered_commits
     WHERE tenant_id = ${key.tenantId} AND repository_id = ${key.repositoryId} AND branch = ${key.branch}
       AND oid = ANY (${[...oids]}::text[])`;
  return new Set(rows.map(({ oid }) => oid));
}

/** The key of the change that accounts for a commit of a branch; `null`: none does. */
export async function coveringChange(
  queries: Queries,
  branch: BranchKey,
  oid: string,
): Promise<string | null> {
  const row = await queries.coveredCommit.findUnique({
    where: { tenantId_repositoryId_branch_oid: { ...columnsOf(branch), oid } },
  });
  return row?.changeKey ?? null;
}

const columnsOf = ({ tenantId, repositoryId, branch }: BranchKey) => ({
  tenantId: toBigInt(tenantId),
  repositoryId: toBigInt(repositoryId),
  branch,
});

function toKnown(row: BranchRow): KnownBranch {
  return {
    tenantId: toNumber(row.tenantId),
    repositoryId: toNumber(row.repositoryId),
    branch: row.branch,
    tip: row.tip,
    lastTip: row.lastTip,
    since: row.since,
    accountedAt: row.accountedAt,
    policyOid: row.policyOid,
    policyAwaits: row.policyAwaits,
  };
}
