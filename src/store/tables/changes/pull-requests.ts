import type { Queries } from "../../database.js";
import { toBigInt, toNumber } from "../../numbers.js";
import type { PullRequest as PullRequestRow } from "../../prisma/client.js";
import type { BranchKey } from "../../ports/branch-store.js";
import type { CommitKey, KnownPullRequest } from "../../store.js";

/** Notes where a pull request stands, unless something newer is known. True if it was known to be open before. */
export async function notePullRequest(queries: Queries, pull: KnownPullRequest): Promise<boolean> {
  const key = {
    tenantId: toBigInt(pull.tenantId),
    repositoryId: toBigInt(pull.repository.id),
    number: pull.number,
  };
  const before = await queries.pullRequest.findUnique({
    where: { tenantId_repositoryId_number: key },
    select: { open: true },
  });
  await queries.$executeRaw`
    INSERT INTO pull_requests AS known
      (tenant_id, repository_id, number, repository_owner, repository_name, head_oid, base_ref, open, as_of, auto_merge,
       approved)
    VALUES
      (${key.tenantId}, ${key.repositoryId}, ${key.number}, ${pull.repository.owner}, ${pull.repository.name},
       ${pull.headOid}, ${pull.baseRef}, ${pull.open}, ${pull.asOf}::timestamptz,
       ${pull.autoMerge ?? false}, ${pull.approved ?? false})
    ON CONFLICT (tenant_id, repository_id, number) DO UPDATE
      SET repository_owner = excluded.repository_owner, repository_name = excluded.repository_name,
          head_oid = excluded.head_oid, base_ref = excluded.base_ref, open = excluded.open, as_of = excluded.as_of,
          auto_merge = COALESCE(${pull.autoMerge ?? null}::boolean, known.auto_merge),
          approved = COALESCE(${pull.approved ?? null}::boolean, known.approved)
      WHERE excluded.as_of >= known.as_of`;
  return before?.open ?? false;
}

/** Open pull requests that have this head, as far as we heard, by number. */
export async function openPullRequestsAt(queries: Queries, commit: CommitKey): Promise<KnownPullRequest[]> {
  const rows = await queries.pullRequest.findMany({
    where: {
      tenantId: toBigInt(commit.tenantId),
      repositoryId: toBigInt(commit.repositoryId),
      headOid: commit.oid,
      open: true,
    },
    orderBy: { number: "asc" },
  });
  return rows.map(toPullRequest);
}

/** Open pull requests that go to a branch, as far as we heard, by number. */
export async function openPullRequestsInto(queries: Queries, base: BranchKey): Promise<KnownPullRequest[]> {
  const rows = await queries.pullRequest.findMany({
    where: {
      tenantId: toBigInt(base.tenantId),
      repositoryId: toBigInt(base.repositoryId),
      baseRef: base.branch,
      open: true,
    },
    orderBy: { number: "asc" },
  });
  return rows.map(toPullRequest);
}

/** All open pull requests of a tenant, as far as we heard. */
export async function openPullRequests(queries: Queries, tenantId: number): Promise<KnownPullRequest[]> {
  const rows = await queries.pullRequest.findMany({
    where: { tenantId: toBigInt(tenantId), open: true },
    orderBy: [{ repositoryId: "asc" }, { number: "asc" }],
  });
  return rows.map(toPullRequest);
}

function toPullRequest(row: PullRequestRow): KnownPullRequest {
  return {
    tenantId: toNumber(row.tenantId),
    repository: { id: toNumber(row.repositoryId), owner: row.repositoryOwner, name: row.repositoryName },
    number: row.number,
    headOid: row.headOid,
    baseRef: row.baseRef,
    open: row.open,
    asOf: row.asOf,
  };
}
